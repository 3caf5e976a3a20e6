import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { agree } from '../../src/continuity/agreed.ts';
import { compare, type Difference, type NewSide } from '../../src/continuity/compare.ts';
import { oldManifests } from '../../src/continuity/manifests.ts';
import { entryText, wordsOf } from '../../src/continuity/words.ts';
import { isManifest, type Manifest } from '../../src/stack/manifest.ts';
import type { Accepted } from '../../src/system/accept.ts';

function object(text: string): Manifest {
  const value = load(text);
  if (!isManifest(value)) throw new Error(text);
  return value;
}

const side = (...texts: readonly string[]): NewSide => ({
  name: 'chat',
  namespace: 'chat',
  manifests: texts.map(object),
});

/** `MG071 20Gi > 10Gi`, for each. */
function changes(before: readonly string[], after: readonly string[]): readonly string[] {
  return compare(side(...before), side(...after)).map(({ code, from, to }) => `${code} ${from} > ${to}`);
}

const claim = (spec: string, namespace = 'chat'): string =>
  `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: media, namespace: ${namespace}}, spec: ${spec}}`;
const cluster = (spec: string): string =>
  `{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: db, namespace: chat}, spec: ${spec}}`;
const synapse = (image: string, more = ''): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: synapse, namespace: chat}, spec: {template: {spec: {containers: [${more}{name: synapse, image: "${image}"}]}}}}`;
const size = (amount: string): string => claim(`{resources: {requests: {storage: ${amount}}}}`);

describe('a volume', () => {
  it.each([
    ['20Gi', '10Gi', ['MG071 20Gi > 10Gi']],
    ['1Ti', '1000Gi', ['MG071 1Ti > 1000Gi']],
    ['20Gi', '20G', ['MG071 20Gi > 20G']],
    ['20Gi', '20480Mi', []],
    ['20Gi', '21Gi', []],
  ])('of %s that becomes %s', (from, to, expected) => {
    expect(changes([size(from)], [size(to)])).toEqual(expected);
  });

  it('that moves, or says no size any more', () => {
    expect(changes([claim('{storageClassName: a}')], [claim('{}')])).toEqual(['MG072 a > cluster default']);
    expect(changes([claim('{}')], [claim('{storageClassName: a}')])).toEqual(['MG072 cluster default > a']);
    expect(changes([claim('{volumeName: pv-1}')], [claim('{volumeName: pv-2}')])).toEqual([
      'MG072 pv-1 > pv-2',
    ]);
    expect(changes([size('20Gi')], [claim('{}')])).toEqual(['MG071 20Gi > gone']);
    expect(changes([claim('{accessModes: [B, A]}')], [claim('{accessModes: [A, B]}')])).toEqual([]);
  });

  it('that had the class of the cluster gets it again where none is written', () => {
    const remedies = (before: string, after: string) =>
      compare(side(before), side(after)).map(
        (one) =>
          wordsOf(one, { where: 'dist/', orphanedSecrets: undefined, missingSection: undefined }).remedy,
      );
    const [none, some] = [claim('{}'), claim('{storageClassName: a}')];
    expect(remedies(none, some)).toEqual([
      expect.stringMatching(/^remove storageClass, or copy the data to a new volume first;/),
    ]);
    expect(remedies(some, none)).toEqual([expect.stringMatching(/^write "a" again, or copy/)]);
    const database = (more: string): string => cluster(`{storage: {size: 1Gi${more}}}`);
    expect(remedies(database(''), database(', storageClass: a'))).toEqual([
      expect.stringMatching(/^remove storageClass,/),
    ]);
  });

  it('of a database, and of its log', () => {
    expect(
      changes(
        [cluster('{storage: {size: 20Gi, storageClass: a}, walStorage: {size: 4Gi}}')],
        [cluster('{storage: {size: 10Gi, storageClass: b}, walStorage: {size: 2Gi}}')],
      ),
    ).toEqual(['MG071 20Gi > 10Gi', 'MG072 a > b', 'MG071 4Gi > 2Gi']);
  });
});

describe('a version', () => {
  it.each([
    ['v1.163.2', 'v1.163.1', true],
    ['v1.163.2', 'v1.99.9', true],
    ['v1.163.2', 'v1.163.2-rc1', true],
    ['v1.163.0rc2', 'v1.163.0rc1', true],
    ['v1.163.2@sha256:aa', 'v1.163.1@sha256:bb', true],
    ['v1.163.0rc1', 'v1.163.0', false],
    ['v1.99.9', 'v1.163.0', false],
    ['v1.163.2', 'latest', false],
    ['latest', 'v1.1.0', false],
  ])('of Synapse from %s to %s', (from, to, isWorse) => {
    const image = (tag: string): string => synapse(`registry:5000/matrixdotorg/synapse:${tag}`);
    expect(changes([image(from)], [image(to)])).toHaveLength(isWorse ? 1 : 0);
  });

  it('of Synapse is that of its container, wherever it is in the list, and said once for all workloads', () => {
    const image = 'matrixdotorg/synapse:v1.1';
    const [old, now] = [synapse(`${image}63.0`), synapse(`${image}62.0`, '{name: a, image: "b:1"}, ')];
    const worker = (text: string): string => text.replace('name: synapse,', 'name: worker,');
    expect(changes([old, worker(old)], [now, worker(now)])).toEqual(['MG074 v1.163.0 > v1.162.0']);
  });

  it('of PostgreSQL is its major one, from an image or a catalogue', () => {
    const image = (tag: string): string => cluster(`{imageName: "ghcr.io/x/postgresql:${tag}"}`);
    const catalogue = '{imageCatalogRef: {kind: ImageCatalog, name: x, major: 17}}';
    const without = (all: readonly string[]): readonly string[] =>
      all.filter((one) => !one.startsWith('MG072'));
    expect(without(changes([image('16.15-standard')], [image('16.4')]))).toEqual([]);
    expect(without(changes([image('16.15')], [image('17.2')]))).toEqual(['MG073 16 > 17']);
    expect(without(changes([image('16.15')], [image('9.6')]))).toEqual(['MG073 16 > 9']);
    expect(without(changes([image('16.15')], [cluster(catalogue)]))).toEqual(['MG073 16 > 17']);
    expect(without(changes([image('17.2')], [cluster(catalogue)]))).toEqual([]);
  });
});

describe('a database', () => {
  const initdb = (more: string): string =>
    cluster(`{bootstrap: {initdb: {database: synapse, owner: synapse, localeCollate: C, ${more}}}}`);
  const beside = (more: string): string =>
    `{apiVersion: postgresql.cnpg.io/v1, kind: Database, metadata: {name: irc, namespace: chat}, spec: {name: irc, cluster: {name: db}, ${more}}}`;

  it('that a server starts with becomes another one, or is sorted in another way', () => {
    const old = initdb('encoding: UTF8');
    const of = (from: string, to: string) => changes([old], [old.replace(from, to)]);
    expect(of('database: synapse', 'database: irc')).toEqual(['MG140 synapse > irc']);
    expect(of('owner: synapse', 'owner: irc')).toEqual(['MG140 synapse > irc']);
    expect(of('localeCollate: C', 'localeCollate: de_DE')).toEqual(['MG140 C > de_DE']);
    expect(of('UTF8', 'SQL_ASCII')).toEqual(['MG140 UTF8 > SQL_ASCII']);
    // What recovers a Cluster says nothing of it.
    expect(changes([old], [cluster('{bootstrap: {recovery: {source: old}}}')])).toEqual([]);
  });

  it('beside it goes to another server, or is called something else there', () => {
    const old = beside('localeCType: C');
    const of = (from: string, to: string) => changes([old], [old.replace(from, to)]);
    expect(of('spec: {name: irc', 'spec: {name: other')).toEqual(['MG140 irc > other']);
    expect(of('cluster: {name: db}', 'cluster: {name: other}')).toEqual(['MG140 db > other']);
    expect(of('localeCType: C', 'localeCType: de_DE')).toEqual(['MG140 C > de_DE']);
    expect(changes([old], [beside('owner: irc')])).toEqual([]);
  });
});

describe('an object', () => {
  const namespace = (name: string): string => `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}`;
  const sealed = (key: string): string =>
    `{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: x, namespace: chat}, spec: {encryptedData: {${key}: A}}}`;
  const secret = (key: string): string =>
    `{apiVersion: v1, kind: Secret, metadata: {name: x, namespace: chat}, stringData: {${key}: A}}`;
  const workload = (kind: string, labels: string): string =>
    `{apiVersion: apps/v1, kind: ${kind}, metadata: {name: x, namespace: chat}, spec: {selector: {matchLabels: ${labels}}}}`;

  it('that holds data and is gone', () => {
    const stay = claim('{}');
    const database = cluster('{}').replace('kind: Cluster', 'kind: Database');
    for (const gone of [cluster('{}'), database, sealed('signing.key'), secret('signing.key')]) {
      expect(changes([stay, gone], [stay]), gone).toEqual(['MG077 there > gone']);
    }
    for (const gone of [sealed('other.key'), secret('other.key'), workload('Deployment', '{}')]) {
      expect(changes([stay, gone], [stay]), gone).toEqual([]);
    }
  });

  it('that keeps the signing key can be replaced by one of another provider that makes the same Secret', () => {
    const external = (key: string, name: string): string =>
      `{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: y, namespace: chat}, spec: {target: {name: ${name}}, data: [{secretKey: ${key}}]}}`;
    const stay = claim('{}');
    const gone = ['MG077 there > gone'];
    const [old, now] = [sealed('signing.key'), secret('signing.key')];
    expect(changes([stay, old], [stay, now])).toEqual([]);
    expect(changes([stay, now], [stay, old])).toEqual([]);
    expect(changes([stay, old], [stay, external('signing.key', 'x')])).toEqual([]);
    expect(changes([stay, old], [stay, external('signing.key', 'z')])).toEqual(gone);
    expect(changes([stay, old], [stay, external('other.key', 'x')])).toEqual(gone);
    expect(changes([stay, old], [stay, secret('other.key')])).toEqual(gone);
    expect(changes([stay, old], [stay, now.replace('namespace: chat', 'namespace: other')])).toEqual(gone);
    expect(changes([stay, old], [stay])).toEqual(gone);
  });

  it('that is a namespace counts with the data in it', () => {
    const stay = claim('{}');
    const other = namespace('other');
    expect(changes([stay, other, claim('{}', 'other')], [stay])).toEqual([
      'MG077 there > gone',
      'MG077 there > gone',
    ]);
    expect(changes([stay, other, claim('{}', 'other')], [stay, claim('{}', 'other')])).toEqual([
      'MG077 there > gone',
    ]);
    expect(changes([stay, other], [stay])).toEqual([]);
  });

  it('of one kind becomes one of another, or selects other pods', () => {
    const old = workload('Deployment', '{b: "2", a: "1"}');
    expect(changes([old], [workload('StatefulSet', '{a: "1", b: "2"}')])).toEqual([
      'MG076 Deployment > StatefulSet',
    ]);
    expect(changes([old], [workload('Deployment', '{a: "1"}')])).toEqual(['MG076 a=1,b=2 > a=1']);
    expect(changes([old], [workload('Deployment', '{a: "1", b: "2"}')])).toEqual([]);
  });

  it('in another namespace is said once, for the namespace', () => {
    const before = [namespace('old'), claim('{resources: {requests: {storage: 20Gi}}}', 'old')];
    const after = [namespace('chat'), claim('{resources: {requests: {storage: 10Gi}}}')];
    expect(changes(before, after)).toEqual(['MG075 old > chat']);
  });

  it('in a second namespace that is given up is not taken for that of the stack', () => {
    const before = [namespace('chat'), namespace('calls'), claim('{}')];
    const after = [namespace('chat'), claim('{}')];
    expect(changes([...before, claim('{}', 'calls')], after)).toEqual([
      'MG077 there > gone',
      'MG077 there > gone',
    ]);
    // One of call pods only: nothing is lost with it.
    expect(changes(before, after)).toEqual([]);
  });
});

describe('an entry of accept', () => {
  const [difference] = compare(side(size('20Gi')), side(size('10Gi')));
  const entry = (more: Partial<Accepted> = {}): Accepted => ({
    code: 'MG071',
    object: 'PersistentVolumeClaim/chat/media',
    from: '20Gi',
    to: '10Gi',
    why: 'x',
    ...more,
  });
  const judge = (before: string, now: string, ...accept: Accepted[]): readonly [number, number, number] => {
    const after = side(size(now));
    const { open, idle, unfit } = agree(compare(side(size(before)), after), accept, after);
    return [open.length, idle.length, unfit.length];
  };

  it('lets its own change pass, is idle before and after it, and an error in any other place', () => {
    expect(judge('20Gi', '10Gi')).toEqual([1, 0, 0]);
    expect(judge('20Gi', '10Gi', entry())).toEqual([0, 0, 0]);
    expect(judge('10Gi', '10Gi', entry())).toEqual([0, 1, 0]);
    expect(judge('20Gi', '20Gi', entry())).toEqual([0, 1, 0]);
    expect(judge('20Gi', '5Gi', entry())).toEqual([1, 0, 1]);
    // A wrong "from": the change is not made, so the entry is not done with.
    expect(judge('50Gi', '10Gi', entry())).toEqual([1, 0, 0]);
    expect(judge('20Gi', '10Gi', entry({ object: 'PersistentVolumeClaim/chat/other' }))).toEqual([1, 0, 1]);
    expect(judge('20Gi', '10Gi', entry({ code: 'MG072' }))).toEqual([1, 0, 1]);
  });

  it.each(['20Gi', '16', 'true', 'no', '~', '', 'a: b', 'a=1,b=2', '"', '\\u001b', 'x'.repeat(300)])(
    'is printed so that YAML reads the same: %s',
    (text) => {
      if (difference === undefined) throw new Error('nothing differs');
      const shown: Difference = { ...difference, object: text, from: text, to: text };
      expect(load(entryText(shown))).toMatchObject([{ code: 'MG071', object: text, from: text, to: text }]);
    },
  );
});

describe('a file of dist/', () => {
  it('gives the objects that data depends on, of all its documents', () => {
    const read = oldManifests(
      'x',
      `# first\n${size('1Gi')}\n---\nkind: Service\nbroken: [\n---\n${cluster('{}')}\n`,
    );
    expect('manifests' in read ? read.manifests.map(({ kind }) => kind) : read).toEqual([
      'PersistentVolumeClaim',
      'Cluster',
    ]);
  });

  it('says on which line it cannot be read', () => {
    expect(oldManifests('x', `${size('1Gi')}\n---\na: b\na: c\n`)).toMatchObject({ line: 4 });
    expect(oldManifests('x', `kind: Service\n<<<<<<< HEAD\n`)).toMatchObject({ line: expect.any(Number) });
  });
});
