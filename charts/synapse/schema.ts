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
      .describe('Host where clients and other homeservers reach it. Default: matrix.<serverName>.'),
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
                'Volume for uploads. It can only grow. Default: 20Gi (small), 50Gi (medium), 200Gi (large).',
              ),
            storageClass: objectName.optional().describe('Default: cluster.storageClass.'),
          })
          .describe('A volume made by this stack.'),
      })
      .optional()
      .describe('Where uploads are stored.'),
    encryptNewRooms: z
      .enum(['all', 'invite', 'none'])
      .optional()
      .describe(
        'Which new rooms are encrypted unless their creator says otherwise: all, or only those that people are invited to. A room stays encrypted for ever: people who join later cannot read what came before, and most bridges and bots cannot read anything, which is rarely what you want in a public room. Default: invite; all in schema 1.',
      ),
    push: z
      .strictObject({
        encryptedEvents: z
          .boolean()
          .optional()
          .describe(
            'true sends phones a push for every encrypted message (MSC4028), so that they can find mentions in rooms set to mentions only; this uses more battery. Default: true; false in schema 1.',
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
        'Oldest TLS version for connections to other homeservers. Default: TLSv1.2; in schema 1, whatever they offer.',
      ),
    resources: resourcesField.optional(),
    extraConfig: extraConfigField.optional(),
    extraSecretConfig: secretConfigField.optional(),
    extraFiles: extraFilesField.optional(),
    force: forceField.optional(),
  })
  .optional()
  .describe('The homeserver. Always present.');
