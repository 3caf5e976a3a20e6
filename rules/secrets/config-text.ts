import { loadAll, YAMLException } from 'js-yaml';
import { walk } from '../reading/data.ts';
import { isLiteral, isSecretKey, isSecretVariable } from './words.ts';

/** Something in a text that must not stand there. Values are never repeated. */
export interface TextProblem {
  readonly what: string;
  readonly remedy: string;
}

const remedy = 'let the program read it from a file of a Secret, or from a variable with secretKeyRef';

/** Looks for secrets in one key of a ConfigMap: parsed where it is YAML or JSON, line by line elsewhere. */
export function secretsInText(name: string, content: string): readonly TextProblem[] {
  if (/\.(ya?ml|json)$/.test(name)) return inYaml(content);
  if (!content.includes('\n') && isSecretVariable(name) && isLiteral(content)) {
    return [{ what: 'is the value of a secret variable', remedy: 'move it to a Secret' }];
  }
  return inLines(content, /\.(conf|env|ini|properties)$/.test(name));
}

function inYaml(content: string): readonly TextProblem[] {
  let documents: unknown[];
  try {
    documents = loadAll(content);
  } catch (error) {
    // The message repeats the text, which may hold a secret.
    const line =
      error instanceof YAMLException && error.mark !== undefined ? ` (line ${error.mark.line + 1})` : '';
    const fix = 'correct the text, or name the key without .yaml or .json';
    return [{ what: `is not valid YAML or JSON${line}, so nothing says it holds no secret`, remedy: fix }];
  }
  const problems: TextProblem[] = [];
  walk(documents.length === 1 ? documents[0] : documents, '', (value, path) => {
    if (!isLiteral(value)) return;
    const key = lastKey(path);
    if (key !== undefined && isSecretKey(key)) {
      problems.push({ what: `holds a plain secret at ${path}`, remedy });
    }
  });
  return problems;
}

function lastKey(path: string): string | undefined {
  return /(?:^|\.)([\w-]+)$/.exec(path)?.[1] ?? /\["([^"]+)"\]$/.exec(path)?.[1];
}

/** `key = "value"` anywhere; `key = value` where nothing but plain values can stand. */
function inLines(content: string, plainValues: boolean): readonly TextProblem[] {
  return content.split('\n').flatMap((line, index) => {
    const [, key, quote, rest = ''] =
      /^\s*(?:export\s+)?["']?([\w.-]+)["']?\s*[:=]\s*(["']?)(.*)$/.exec(line) ?? [];
    if (key === undefined || (quote === '' && !plainValues)) return [];
    const value = quote === '' || quote === undefined ? rest : rest.split(quote)[0];
    if (!isSecretKey(key) || !isLiteral(value)) return [];
    return [{ what: `holds a plain secret in line ${index + 1} (${key})`, remedy }];
  });
}
