import { describe, expect, it } from 'vitest';
import { jitsiEnvironment } from '../../charts/jitsi/config.ts';
import { JITSI_PARTS } from '../../charts/jitsi/sizes.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { configText, digList, objectOf, renderedOf, stackFrom } from '../stacks.ts';
import { KNOWN_ENVIRONMENT } from './jitsi-known-environment.ts';

// Who may open and join meetings, and what can be switched in them.

const CONTAINER = ['spec', 'template', 'spec', 'containers', 0] as const;

const stack = (jitsi: string): Stack =>
  stackFrom(
    `schema: 2\nserverName: example.org\nexpose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}\njitsi: ${jitsi}\ncallNodes: {addresses: {public: 198.51.100.7}}\nsecrets: {own: {meetings: {token-secret: {}}}}\n`,
  );
const tokens = (more = ''): string =>
  `{access: jwt, jwt: {appId: my-app, secret: {fromSecret: meetings, key: token-secret}${more}}}`;

function environment(one: Stack): ReturnType<typeof jitsiEnvironment> {
  if (one.jitsi === undefined) throw new Error('no Jitsi');
  return jitsiEnvironment(one, one.jitsi);
}

describe('access by token', () => {
  const one = stack(tokens());
  const all = stack(
    tokens(
      ', issuers: [a, https://b.example.org], audiences: [c], loginUrl: "https://login.example.org/{room}"',
    ),
  );

  it('is asked for by Prosody and Jicofo, and only what these programs know is written', () => {
    const { prosody, jicofo, web } = environment(one);
    expect([prosody.AUTH_TYPE, jicofo.AUTH_TYPE, web.AUTH_TYPE]).toEqual(['jwt', 'jwt', undefined]);
    expect([prosody.ENABLE_AUTH, jicofo.ENABLE_AUTH, web.ENABLE_AUTH]).toEqual(['1', '1', '1']);
    for (const part of JITSI_PARTS) {
      for (const name of Object.keys(environment(all)[part])) {
        expect(KNOWN_ENVIRONMENT[part], `${part} ${name}`).toContain(name);
      }
    }
  });

  it('takes the secret from the Secret alone, and keeps no accounts', () => {
    const env = digList(objectOf(one, 'Deployment', 'jitsi-prosody'), ...CONTAINER, 'env');
    expect(env).toContainEqual({
      name: 'JWT_APP_SECRET',
      valueFrom: { secretKeyRef: { name: 'meetings', key: 'token-secret' } },
    });
    expect(JSON.stringify(objectOf(one, 'Deployment', 'jitsi-prosody'))).not.toContain('jitsi-accounts');
    const secret = one.secrets.find(({ name }) => name === 'meetings');
    expect(secret?.keys[0]?.readers).toEqual(['jitsi-prosody']);
  });

  it('accepts the issuers and audiences that are written, joined as the image splits them', () => {
    expect(environment(one).prosody.JWT_ACCEPTED_ISSUERS).toBeUndefined();
    const { prosody, web } = environment(all);
    expect(prosody.JWT_ACCEPTED_ISSUERS).toBe('a,https://b.example.org');
    expect(prosody.JWT_ACCEPTED_AUDIENCES).toBe('c');
    expect(web.TOKEN_AUTH_URL).toBe('https://login.example.org/{room}');
  });

  it('says that Element brings no token', () => {
    const summary = (which: Stack): string => renderedOf(which).files.get(`${which.name}/SUMMARY.md`) ?? '';
    expect(summary(one)).toContain('people wait until somebody with a token joins');
    expect(summary(one)).toContain('accepts tokens for any audience');
    expect(summary(all)).not.toContain('any audience');
    expect(summary(stack(tokens().replace('access: jwt', 'access: jwt, guests: false')))).toContain(
      'nobody can join a meeting from a room',
    );
  });
});

describe('guests', () => {
  it.each(['password', 'jwt'])('join with access: %s, unless the stack file says no', (access) => {
    const written = access === 'jwt' ? tokens() : '{access: password}';
    const closed = written.replace('{access', '{guests: false, access');
    for (const part of ['prosody', 'web'] as const) {
      expect(environment(stack(written))[part].ENABLE_GUESTS).toBe('1');
      expect(environment(stack(closed))[part].ENABLE_GUESTS).toBeUndefined();
    }
  });
});

describe('the switches of meetings', () => {
  const plain = stack('{access: password}');
  const off = stack('{access: password, lobby: false, breakoutRooms: false, e2ee: false}');

  it('are not written where the stack file does not', () => {
    for (const part of JITSI_PARTS) {
      for (const name of ['ENABLE_LOBBY', 'ENABLE_BREAKOUT_ROOMS']) {
        expect(environment(plain)[part][name]).toBeUndefined();
      }
    }
    expect(configText(plain, 'jitsi-config', 'custom-config.js')).not.toContain('e2ee');
  });

  it('reach the programs that have the feature', () => {
    const { prosody, web } = environment(off);
    expect([prosody.ENABLE_LOBBY, prosody.ENABLE_BREAKOUT_ROOMS, web.ENABLE_BREAKOUT_ROOMS]).toEqual([
      '0',
      '0',
      '0',
    ]);
    expect(web.ENABLE_LOBBY).toBeUndefined();
    expect(environment(stack('{access: password, lobby: true}')).prosody.ENABLE_LOBBY).toBe('1');
    expect(configText(off, 'jitsi-config', 'custom-config.js')).toContain(
      'config.e2ee = { disabled: true };',
    );
  });
});
