import * as z from 'zod';
import { host, memory, objectName, synapseSize } from '../../src/stack/fields.ts';
import { extraConfigField, forceField } from '../../src/system/extra-config.ts';
import { extraFilesField } from '../../src/system/extra-files.ts';
import { resourcesField } from '../../src/system/resources.ts';
import { secretConfigField } from '../../src/system/secret-config.ts';

/** `synapse:` of the stack file. */
export const synapseSchema = z
  .strictObject({
    host: host
      .optional()
      .describe('Where clients and other homeservers reach it. Default: matrix.<serverName>.'),
    uploadLimit: synapseSize
      .optional()
      .describe('Largest file a person may upload, in binary K, M or G. Default: 50M.'),
    media: z
      .strictObject({
        pvc: z
          .strictObject({
            size: memory
              .optional()
              .describe(
                'Volume for uploads. It only ever grows. Default: 20Gi (small), 50Gi (medium), 200Gi (large).',
              ),
            storageClass: objectName.optional().describe('Default: cluster.storageClass.'),
          })
          .describe('A volume made by this stack.'),
      })
      .optional()
      .describe('Where uploads are kept.'),
    encryptNewRooms: z
      .enum(['all', 'invite', 'none'])
      .optional()
      .describe(
        'Which new rooms are encrypted unless their maker says otherwise: all, or those that people are invited to. A room stays encrypted for ever: whoever joins later reads nothing from before, and most bridges and bots read nothing at all, which is rarely meant for public rooms. Default: invite; all in schema 1.',
      ),
    push: z
      .strictObject({
        encryptedEvents: z
          .boolean()
          .optional()
          .describe(
            'true sends phones a push for every encrypted message (MSC4028), so that they can find mentions in rooms set to mentions only; it costs battery. Default: true; false in schema 1.',
          ),
      })
      .optional()
      .describe('Notifications to phones.'),
    profilesNeedLogin: z
      .boolean()
      .optional()
      .describe(
        'true shows names and pictures of people only to those who are logged in. Default: true; false in schema 1.',
      ),
    federationTls: z
      .enum(['TLSv1.2', 'TLSv1.3'])
      .optional()
      .describe(
        'Oldest TLS with which it connects to other homeservers. Default: TLSv1.2; whatever they offer in schema 1.',
      ),
    resources: resourcesField.optional(),
    extraConfig: extraConfigField.optional(),
    extraSecretConfig: secretConfigField.optional(),
    extraFiles: extraFilesField.optional(),
    force: forceField.optional(),
  })
  .optional()
  .describe('The homeserver. Always there.');
