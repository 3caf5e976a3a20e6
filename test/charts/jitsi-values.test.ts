import { describe, expect, it } from 'vitest';
import { jitsiEnvironment } from '../../charts/jitsi/config.ts';
import { unfitForJitsi } from '../../charts/jitsi/contexts.ts';
import { JITSI_PARTS, type JitsiPart } from '../../charts/jitsi/sizes.ts';
import { JITSI_VARIABLES } from '../../charts/jitsi/variables.ts';
import { loadStack } from '../../charts/stack/load.ts';
import { allProfiles, repositoryImages } from '../stacks.ts';
import { KNOWN_ENVIRONMENT } from './jitsi-known-environment.ts';

/** What is wrong with one variable of one program: `line:column code text`. */
function wrong(part: JitsiPart, name: string, value: string): readonly string[] {
  const text = `schema: 1
serverName: example.org
expose: {lan: {tls: {secret: tls}}}
jitsi:
  access: anyone
  ${part}:
    env:
      ${name}: ${JSON.stringify(value)}
`;
  return loadStack('stacks/x.yaml', text, repositoryImages()).diagnostics.map(
    ({ position, code, what, remedy }) => `${position.line}:${position.column} ${code} ${what}; ${remedy}`,
  );
}

describe("a value for Jitsi's environment", () => {
  it.each<[JitsiPart, string, string]>([
    // The script of the page: between single quotes, in a page that nginx includes it into.
    ['web', 'DEFAULT_LANGUAGE', "it's"],
    ['web', 'DEFAULT_LANGUAGE', "en'; alert(1); '"],
    ['web', 'TOOLBAR_BUTTONS', 'camera</script><script>'],
    ['web', 'DYNAMIC_BRANDING_URL', '<!--#include file="/etc/passwd" -->'],
    ['web', 'RESOLUTION', '720; alert(1)'],
    ['web', 'CODEC_ORDER_JVB', "['VP8'].map(alert)"],
    // nginx, without quotes and with them.
    ['web', 'DEPLOYMENTINFO_SHARD', 'a; return 200'],
    ['web', 'ETHERPAD_URL_BASE', 'http://x; } server { listen 81'],
    ['web', 'NGINX_RESOLVER', '10.0.0.1; #'],
    ['web', 'RTC_VISUALIZER_PATH', 'a { }'],
    // Lua: between quotes, and as a program.
    ['prosody', 'JWT_APP_ID', "x']]"],
    ['prosody', 'XMPP_MODULES', "a'; os"],
    ['prosody', 'GLOBAL_CONFIG', "RunScript 'x'"],
    ['prosody', 'XMPP_CONFIGURATION', "a = require('os')"],
    ['prosody', 'TURN_PORT', '443 }'],
    // HOCON.
    ['jicofo', 'JICOFO_AUTH_LIFETIME', '1 hour } x {'],
    ['jicofo', 'JICOFO_BRIDGE_REGION_GROUPS', '[a] } x'],
    ['jicofo', 'JICOFO_CONF_MAX_AUDIO_SENDERS', '5, a: 1'],
    // A shell.
    ['jicofo', 'JAVA_SYS_PROPS', '-Da=b; touch /tmp/x'],
    ['jvb', 'JVB_LOG_FILE', '/tmp/x; touch /tmp/y'],
    ['jvb', 'AUTOSCALER_URL', 'http://x`touch`'],
    // Nobody has looked at it.
    ['web', 'SOMETHING_NEW', 'two words'],
    ['prosody', 'LUA_INIT', "os.execute('x')"],
    ['web', 'SOMETHING_NEW', 'straße'],
  ])('%s: %s is refused at its place where it would leave its place: %s', (part, name, value) => {
    const [first, ...rest] = wrong(part, name, value);
    expect(rest).toEqual([]);
    // What holds a double quote, a backslash or a dollar sign fits nowhere, which the schema knows.
    expect(first).toMatch(/^8:\d+ MG0(?:39|05) jitsi\.[a-z]+\.env\.[A-Z_]+ .+; .+$/);
  });

  it('is refused with what to do', () => {
    expect(wrong('web', 'DEFAULT_LANGUAGE', "it's")).toEqual([
      "8:25 MG039 jitsi.web.env.DEFAULT_LANGUAGE contains an apostrophe ('), and the image puts it between single quotes in the script of the page; remove this character (an apostrophe can be written ’)",
    ]);
  });

  it.each(['\tcamera', 'a\tb', 'a\rb', 'a\r\nb', 'a\nb', '\u007f', '\u0000'])(
    'is refused with a tab, a line break or a control character in it, instead of failing later: %j',
    (value) => {
      for (const name of ['DEFAULT_LANGUAGE', 'SOMETHING_NEW', 'CSP_HEADER']) {
        const found = wrong('web', name, value);
        expect(found.length).toBeGreaterThan(0);
        for (const one of found) expect(one).toMatch(/^8:\d+ MG0(?:05|11|39|54) /);
      }
    },
  );

  it.each<[JitsiPart, string, string]>([
    ['web', 'DEFAULT_LANGUAGE', 'pt-BR'],
    ['web', 'TOOLBAR_BUTTONS', 'camera,chat,desktop'],
    ['web', 'DYNAMIC_BRANDING_URL', 'https://example.org/brand.json?x=1&y=2'],
    ['web', 'DEPLOYMENTINFO_ENVIRONMENT', 'Grüße aus Tallinn'],
    ['web', 'CODEC_ORDER_JVB', "['VP9', 'VP8']"],
    ['web', 'CODEC_ORDER_JVB', '[]'],
    ['web', 'RESOLUTION', '1080'],
    ['web', 'NGINX_RESOLVER', '10.43.0.10 valid=10s'],
    ['web', 'NGINX_RESOLVER', '[fd00::10]'],
    ['prosody', 'XMPP_CONFIGURATION', "muc_room_locking=false,region = 'eu'"],
    ['prosody', 'GLOBAL_CONFIG', "http_health_allow_cidr = '10.0.0.0/8'; log_level = 3;"],
    ['prosody', 'PROSODY_TRUSTED_PROXIES', '127.0.0.1,::1,10.0.0.0/8'],
    ['prosody', 'LDAP_FILTER', '(uid=%u)'],
    ['jicofo', 'JICOFO_AUTH_LIFETIME', '24 hours'],
    ['jicofo', 'JICOFO_BRIDGE_REGION_GROUPS', '[eu-west, eu-central], [us-east]'],
    ['jicofo', 'JICOFO_CONF_SOURCE_SIGNALING_DELAYS', '{50: 1000, 100: 2000}'],
    ['jicofo', 'JAVA_SYS_PROPS', '-Dnet.x=1 -Dy=/tmp/z'],
    ['jvb', 'JVB_STUN_SERVERS', 'stun.example.org:3478,[fd00::1]:3478'],
    ['web', 'ENABLE_PREJOIN_PAGE', 'false'],
  ])('%s: %s is taken where it stays in its place: %s', (part, name, value) => {
    expect(wrong(part, name, value)).toEqual([]);
  });

  it('stays in its place where the stack itself says it', () => {
    for (const stack of allProfiles()) {
      if (stack.jitsi === undefined) continue;
      const environment = jitsiEnvironment(stack, stack.jitsi);
      for (const part of JITSI_PARTS) {
        for (const [name, value] of Object.entries(environment[part])) {
          expect(unfitForJitsi(part, name, value), `${part} ${name}=${value}`).toBeUndefined();
        }
      }
    }
  });

  it('is one that the program reads, wherever more than a plain word fits it', () => {
    for (const part of JITSI_PARTS) {
      for (const names of Object.values(JITSI_VARIABLES[part])) {
        // The time zone is for the system in every image, not for the programs.
        for (const name of names) expect([...KNOWN_ENVIRONMENT[part], 'TZ'], part).toContain(name);
      }
    }
  });
});

describe("variables that hold the stack's own agreements", () => {
  it.each<[JitsiPart, string]>([
    ['prosody', 'PROSODY_AUTH_TYPE'],
    ['jicofo', 'JICOFO_AUTH_TYPE'],
    ['jicofo', 'JICOFO_ENABLE_AUTH'],
    ['prosody', 'XMPP_DOMAIN'],
    ['prosody', 'XMPP_AUTH_DOMAIN'],
    ['jicofo', 'XMPP_MUC_DOMAIN'],
    ['jvb', 'XMPP_INTERNAL_MUC_DOMAIN'],
    ['web', 'XMPP_GUEST_DOMAIN'],
    ['web', 'XMPP_HIDDEN_DOMAIN'],
    ['web', 'XMPP_RECORDER_DOMAIN'],
    ['prosody', 'XMPP_PORT'],
    ['prosody', 'PROSODY_HTTP_PORT'],
    ['prosody', 'PROSODY_MODE'],
    ['jicofo', 'JVB_BREWERY_MUC'],
    ['jvb', 'JVB_AUTH_USER'],
    ['jvb', 'JVB_XMPP_SERVER'],
  ])('are not replaced without a reason: %s %s', (part, name) => {
    expect(wrong(part, name, '1')).toEqual([
      expect.stringMatching(
        new RegExp(`^8:\\d+ MG054 jitsi\\.${part}\\.env\\.${name} replaces what belongs to `),
      ),
    ]);
  });
});

it.each(JITSI_PARTS)('a time zone is accepted for %s', (part) => {
  expect(wrong(part, 'TZ', 'Europe/Tallinn')).toEqual([]);
  expect(wrong(part, 'TZ', 'UTC; reboot').join()).toContain('MG039');
});
