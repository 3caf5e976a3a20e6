import * as z from 'zod';
import { objectName } from './fields.ts';

const issuer = z.strictObject({
  kind: z.enum(['ClusterIssuer', 'Issuer']).optional().describe('Default: ClusterIssuer.'),
  name: objectName.describe('Name of the cert-manager issuer.'),
  acme: z
    .enum(['http01', 'dns01', 'none'])
    .optional()
    .describe(
      "How the issuer proves to an ACME server such as Let's Encrypt that the hosts are yours: http01 needs 80/tcp, dns01 a DNS record, none is for an authority of your own. It only decides what SUMMARY.md says of port 80. Default: not known, so SUMMARY.md names it as a condition.",
    ),
});

/** Exactly one of the two; see checks/choices.ts (a union would lose the line of a wrong key). */
export const tlsSchema = z
  .strictObject({
    issuer: issuer.optional().describe('cert-manager makes the certificates.'),
    secret: objectName
      .optional()
      .describe('A Secret of type kubernetes.io/tls that you keep, valid for all the hosts.'),
  })
  .describe('Where certificates come from: issuer or secret, exactly one.');

/** Where a certificate comes from: asked of cert-manager, or a Secret somebody else keeps. */
export type TlsSource =
  | {
      readonly issuer: { readonly kind: 'ClusterIssuer' | 'Issuer'; readonly name: string };
      /** How the issuer proves to an ACME server that it may: by an answer on port 80, a DNS record, or not at all. */
      readonly acme?: 'http01' | 'dns01' | 'none';
    }
  | { readonly secret: string };

/** Undefined where neither is written, which is an error of its own. */
export function resolveTls(written: z.infer<typeof tlsSchema> | undefined): TlsSource | undefined {
  if (written?.secret !== undefined) return { secret: written.secret };
  if (written?.issuer === undefined) return undefined;
  const { kind, name, acme } = written.issuer;
  return {
    issuer: { kind: kind ?? 'ClusterIssuer', name },
    ...(acme === undefined ? {} : { acme }),
  };
}
