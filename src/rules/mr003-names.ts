import { kindSchemas } from '../../imports/schemas/index.ts';
import type { NameRule } from '../kinds/kind.ts';
import { at, data, isRecord, list, text } from '../plain/data.ts';
import { fieldPath, type Item, items, walk } from './reading/data.ts';
import {
  configKey,
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  envName,
  type Grammar,
  keyViolation,
  labelValue,
  portName,
  violation,
} from './reading/grammar.ts';
import { finding, type Located, objects } from './reading/objects.ts';
import { podTemplates } from './reading/pods.ts';
import type { Finding, Rule } from './rule.ts';

const code = 'MR003';

/** The grammar of each form of names. */
const FORMS: Readonly<Record<NameRule['form'], Grammar>> = {
  label: dnsLabel,
  'label-1035': dns1035Label,
  subdomain: dnsSubdomain,
};

type Report = (field: string, problem: { what: string; remedy: string } | undefined) => void;

/** Checks every name, label, annotation and key against the grammar Kubernetes has for it. */
export const namesRule: Rule = {
  code,
  title: 'Names, labels, annotations and keys are valid.',
  check(input) {
    const all = objects(input);
    const findings: Finding[] = [];
    const reporter =
      (located: Located): Report =>
      (field, problem) => {
        if (problem !== undefined) findings.push(finding(code, located, field, problem.what, problem.remedy));
      };
    for (const located of all) checkObject(located, reporter(located));
    for (const pod of podTemplates(all)) {
      const report = reporter(pod.owner);
      checkNamed(pod.containers, dnsLabel, report);
      checkNamed(items(pod.spec.volumes, `${pod.path}.volumes`), dnsLabel, report);
      for (const container of pod.containers) {
        checkNamed(
          items(container.data.ports, `${container.path}.ports`).filter((it) => it.data.name !== undefined),
          portName,
          report,
        );
        for (const env of items(container.data.env, `${container.path}.env`)) {
          report(`${env.path}.name`, violation(text(env.data.name) ?? '', envName));
        }
      }
    }
    return findings;
  },
};

function checkObject(located: Located, report: Report): void {
  const { knowledge, name, namespace } = located;
  const form = FORMS[knowledge?.names?.form ?? 'subdomain'];
  const grammar = { ...form, max: knowledge?.names?.max ?? form.max };
  report(
    'metadata.name',
    name === '' ? { what: 'is missing', remedy: 'add a name' } : violation(name, grammar),
  );
  checkScope(located, report);
  if (namespace !== '') report('metadata.namespace', violation(namespace, dnsLabel));
  checkLabels(located, report);
  checkKeys(located, report);
  checkPorts(located, report);
}

function checkScope({ apiVersion, kind, namespace }: Located, report: Report): void {
  const scope = kindSchemas[`${apiVersion}/${kind}`]?.scope;
  if (scope === 'Namespaced' && namespace === '') {
    report('metadata.namespace', {
      what: 'is missing',
      remedy: 'write the namespace: the default depends on who applies the object',
    });
  }
  if (scope === 'Cluster' && namespace !== '') {
    report('metadata.namespace', {
      what: `is "${namespace}" on an object that applies to the whole cluster`,
      remedy: 'remove it',
    });
  }
}

/** Labels and annotations wherever they stand: the object, pod templates, claim templates, selectors. */
function checkLabels(located: Located, report: Report): void {
  walk(located.data, '', (value, path) => {
    if (!isRecord(value)) return;
    const place = path.slice(path.lastIndexOf('.') + 1);
    if (place === 'metadata' || place === 'inheritedMetadata') {
      checkLabelMap(value.labels, fieldPath(path, 'labels'), report);
      for (const key of Object.keys(data(value.annotations))) {
        report(fieldPath(fieldPath(path, 'annotations'), key), keyViolation(key));
      }
    }
    if (place === 'matchLabels' || place === 'nodeSelector') checkLabelMap(value, path, report);
  });
  for (const { field, form } of located.knowledge?.selects ?? []) {
    if (form === 'labels') checkLabelMap(at(located.data, ...field.split('.')), field, report);
  }
}

function checkLabelMap(labels: unknown, path: string, report: Report): void {
  for (const [key, value] of Object.entries(data(labels))) {
    report(fieldPath(path, key), keyViolation(key));
    if (typeof value === 'string') report(fieldPath(path, key), violation(value, labelValue));
  }
}

function checkKeys({ data: object, knowledge }: Located, report: Report): void {
  const seen = new Set<string>();
  for (const field of knowledge?.keys ?? []) {
    for (const key of Object.keys(data(object[field]))) {
      const repeated = seen.has(key) ? { what: 'is in data too', remedy: 'keep one of them' } : undefined;
      report(fieldPath(field, key), violation(key, configKey) ?? repeated);
      seen.add(key);
    }
  }
}

function checkPorts({ data: object, knowledge }: Located, report: Report): void {
  if (knowledge?.ports === undefined) return;
  const ports = at(object, ...knowledge.ports.split('.'));
  const named = items(ports, knowledge.ports).filter((it) => it.data.name !== undefined);
  if (list(ports).length > 1 && named.length < list(ports).length) {
    report(knowledge.ports, { what: 'has several ports, and one has no name', remedy: 'name every port' });
  }
  checkNamed(named, dnsLabel, report);
}

/** Legal names, none of them twice. */
function checkNamed(members: readonly Item[], grammar: Grammar, report: Report): void {
  const seen = new Set<string>();
  for (const { path, data: member } of members) {
    const name = text(member.name) ?? '';
    const repeated = seen.has(name)
      ? { what: `"${name}" is used twice`, remedy: 'rename one of them' }
      : undefined;
    report(`${path}.name`, violation(name, grammar) ?? repeated);
    seen.add(name);
  }
}
