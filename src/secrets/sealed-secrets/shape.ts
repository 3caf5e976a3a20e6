import { ownCommand } from '../../stack/own-command.ts';
import { CHECKED, type Expected, each, type Group, parts } from '../admission/shape.ts';
import { KEEP_SECRET } from './manifest.ts';

const SEAL_AGAIN = `remove it, and seal new values for this Secret only with ${ownCommand('secrets rotate')}`;

/** What opens in other places too is never sealed here. */
const WIDER_SCOPES = {
  'sealedsecrets.bitnami.com/namespace-wide': SEAL_AGAIN,
  'sealedsecrets.bitnami.com/cluster-wide': SEAL_AGAIN,
} as const;

/** A SealedSecret: see `newSealedSecret`. */
export function sealedShape(expected: Expected): Group {
  const { names, labels, annotations, type, irreplaceable, mustStay } = parts(expected);
  const kept: Group = {
    keys: irreplaceable ? each(KEEP_SECRET) : {},
    required: mustStay ? Object.keys(KEEP_SECRET) : [],
    refused: WIDER_SCOPES,
  };
  return {
    keys: {
      apiVersion: CHECKED,
      kind: CHECKED,
      metadata: { keys: { ...names, labels, annotations: { ...annotations, refused: WIDER_SCOPES } } },
      spec: {
        keys: {
          encryptedData: CHECKED,
          template: { keys: { type, metadata: { keys: { ...names, labels, annotations: kept } } } },
        },
      },
    },
  };
}
