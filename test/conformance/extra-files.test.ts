import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findContainer, runsImage, type Stack } from './harness/dist.ts';
import { mappings, need, number, text } from './harness/json.ts';
import { layLivekit, startLivekit } from './harness/livekit.ts';
import { nginxPod } from './harness/nginx.ts';
import { type Running, run, runFolder, sweepWhenDone, until } from './harness/programs.ts';
import { decrypted } from './harness/recovered.ts';
import { type Repository, repository } from './harness/repository.ts';
import type { Values } from './harness/secrets.ts';
import { clientPort, type LaidSynapse, laySynapse, startSynapse } from './harness/synapse.ts';
import { ageKeygen } from './tools/go.ts';

sweepWhenDone();

const NAME = 'app-matrix';
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg"><title>conformance</title></svg>';
/** No text in any encoding. */
const BACKGROUND = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0xfe, 0x0d, 0x0a, 0x1a]);
const PAGE = '<html><body>A page of our own: {{ error }}</body></html>\n';
const PASSWORD = `it's "a" {password}: #1\\`;
const AS_TOKEN = 'conformance-as-token';
/** Where LiveKit answers with its metrics. */
const METRICS = 6789;

/** A registration as a bridge writes it, tokens and all. */
const registration = (serverName: string): string => `id: conformance
url: null
as_token: ${AS_TOKEN}
hs_token: conformance-hs-token
sender_localpart: bridgebot
rate_limited: false
namespaces:
  users: [{exclusive: true, regex: "@bridge_.*:${serverName.replaceAll('.', '\\\\.')}"}]
  aliases: []
  rooms: []
`;

/**
 * What an operator has: the password of a mail server, the secret of an OIDC client, a template, pictures, and the
 * registration of a bridge, all of it given by settings.
 */
describe('a stack with files and values of its own', () => {
  let repo: Repository;
  let stack: Stack;
  let values: Values;
  let serverName: string;

  beforeAll(async () => {
    const file = join(runFolder('keys'), 'mine');
    const keygen = await ageKeygen();
    await run(keygen, ['-o', file]);
    const recipient = (await run(keygen, ['-y', file])).trim();
    const own = {
      mail: { password: {} },
      identity: { 'client-secret': {} },
      bridge: { 'registration.yaml': {} },
      metrics: { password: {} },
    };
    repo = repository({ provider: 'sops', recipients: [recipient], own });
    const files = join(repo.folder, 'stacks/files');
    mkdirSync(files);
    writeFileSync(join(files, 'logo.svg'), LOGO);
    writeFileSync(join(files, 'background.png'), BACKGROUND);
    writeFileSync(join(files, 'sso_error.html'), PAGE);
    repo.setting(NAME, ['element', 'extraFiles'], {
      '/app/themes/logo.svg': { file: 'files/logo.svg' },
      '/app/themes/background.png': { file: 'files/background.png' },
    });
    repo.setting(NAME, ['synapse', 'extraConfig'], {
      app_service_config_files: ['/extra/bridge.yaml'],
      templates: { custom_template_directory: '/templates' },
    });
    repo.setting(NAME, ['synapse', 'extraFiles'], {
      '/extra/bridge.yaml': { fromSecret: 'bridge', key: 'registration.yaml' },
      '/templates/sso_error.html': { file: 'files/sso_error.html' },
    });
    repo.setting(NAME, ['synapse', 'extraSecretConfig'], {
      email: {
        notif_from: 'Matrix <matrix@example.org>',
        smtp_host: 'mail.example.org',
        smtp_user: 'matrix',
        smtp_pass: { fromSecret: 'mail', key: 'password' },
      },
      oidc_providers: [
        {
          idp_id: 'staff',
          idp_name: 'Staff',
          discover: false,
          issuer: 'https://login.example.org',
          authorization_endpoint: 'https://login.example.org/authorize',
          token_endpoint: 'https://login.example.org/token',
          jwks_uri: 'https://login.example.org/keys',
          client_id: 'synapse',
          client_secret: { fromSecret: 'identity', key: 'client-secret' },
        },
      ],
    });
    repo.setting(NAME, ['livekit', 'extraConfig'], { prometheus: { port: METRICS, username: 'metrics' } });
    repo.setting(NAME, ['livekit', 'extraSecretConfig'], {
      prometheus: { password: { fromSecret: 'metrics', key: 'password' } },
    });
    await repo.run(['synth']);
    serverName = need(
      /^server_name: (.*)$/m.exec(
        need(
          repo.stack(NAME).objects.flatMap((one) => text(one, 'data', 'homeserver.yaml') ?? [])[0],
          'homeserver.yaml',
        ),
      )?.[1],
      'server_name',
    );
    await repo.run(
      [
        ...['secrets', 'create', '--stack', NAME, '--yes', '--accept-recipient', recipient, '--from-env'],
        ...['mail/password=MAIL', 'identity/client-secret=OIDC', 'bridge/registration.yaml=BRIDGE'],
        'metrics/password=METRICS',
      ],
      { METRICS: PASSWORD, MAIL: PASSWORD, OIDC: 'conformance-client', BRIDGE: registration(serverName) },
    );
    await repo.run(['synth']);
    stack = repo.stack(NAME);
    values = await decrypted(stack, file);
  });

  test('has the registration as it was entered, and only as ciphertext', () => {
    expect(values['bridge/registration.yaml']).toBe(registration(serverName));
    const inTheOpen = [...repo.texts()].filter(([, content]) => content.includes(AS_TOKEN));
    expect(inTheOpen.map(([path]) => path)).toEqual([]);
    expect(repo.printed()).not.toContain(AS_TOKEN);
  });

  describe('starts the real Synapse', () => {
    let laid: LaidSynapse;
    let server: Running;
    const get = (path: string, token?: string) =>
      laid.network.request(
        clientPort(laid),
        path,
        token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
      );

    beforeAll(async () => {
      laid = await laySynapse(stack, values);
      server = await startSynapse(laid);
    });

    test('with the identity provider, and no word of its values', async () => {
      const { body } = await get('/_matrix/client/v3/login');
      expect(body).toContain('oidc-staff');
      for (const value of [PASSWORD, AS_TOKEN]) expect(server.log()).not.toContain(value);
    });

    test('which takes the token of the registration for that of its sender, and no other', async () => {
      const { status, body } = await get('/_matrix/client/v3/account/whoami', AS_TOKEN);
      expect([status, text(JSON.parse(body), 'user_id')]).toEqual([200, `@bridgebot:${serverName}`]);
      expect((await get('/_matrix/client/v3/account/whoami', `${AS_TOKEN}x`)).status).toBe(401);
    });

    test('which lets it make users in its namespace only', async () => {
      const register = async (username: string): Promise<unknown> => {
        const content = JSON.stringify({ type: 'm.login.application_service', username });
        const { body } = await laid.network.request(clientPort(laid), '/_matrix/client/v3/register', {
          method: 'POST',
          headers: {
            authorization: `Bearer ${AS_TOKEN}`,
            'content-type': 'application/json',
            'content-length': `${Buffer.byteLength(content)}`,
          },
          body: content,
        });
        return JSON.parse(body);
      };
      expect(text(await register('bridge_somebody'), 'user_id')).toBe(`@bridge_somebody:${serverName}`);
      expect(text(await register('somebody'), 'errcode')).toBe('M_EXCLUSIVE');
      const { body } = await get(
        `/_matrix/client/v3/account/whoami?user_id=@bridge_somebody:${serverName}`,
        AS_TOKEN,
      );
      expect(text(JSON.parse(body), 'user_id')).toBe(`@bridge_somebody:${serverName}`);
    });

    test('which shows the page of the template', async () => {
      const { body } = await get('/_synapse/client/oidc/callback?error=access_denied');
      expect(body).toBe(PAGE.replace('{{ error }}', 'access_denied').trimEnd());
    });
  });

  test('starts LiveKit, whose metrics ask for the password', async () => {
    const laid = await layLivekit(stack, values);
    await startLivekit(laid);
    const status = async (password: string): Promise<number> => {
      const authorization = `Basic ${Buffer.from(`metrics:${password}`).toString('base64')}`;
      return (await laid.network.request(METRICS, '/metrics', { headers: { authorization } })).status;
    };
    expect([await status(PASSWORD), await status(`${PASSWORD}x`)]).toEqual([200, 401]);
  });

  test('serves the pictures of the web client, byte for byte and beside the files of the image', async () => {
    const workload = need(findContainer(stack, runsImage('element-web')), 'an Element container');
    const pod = await nginxPod(workload, { 'index.html': '<!doctype html>\n' });
    const port = number(mappings(workload.container, 'ports')[0], 'containerPort') ?? 8080;
    const server = pod.box.start('nginx', pod.command);
    const get = (path: string) => pod.network.request(port, path);
    await until('answer', server, 15, async () => ((await get('/')).status === 200 ? true : undefined));
    const logo = await get('/themes/logo.svg');
    expect([logo.status, logo.headers['content-type'], logo.body]).toEqual([200, 'image/svg+xml', LOGO]);
    const background = await get('/themes/background.png');
    expect([background.status, background.headers['content-length']]).toEqual([200, `${BACKGROUND.length}`]);
  });
});
