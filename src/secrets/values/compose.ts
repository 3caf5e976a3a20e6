import type { ComposedPart } from '../../system/secrets.ts';
import { SecretsProblem } from '../problem.ts';
import { SecretValue } from './value.ts';

/**
 * A value from fixed text and other values.
 *
 * @param find the value that a part stands for
 * @throws SecretsProblem where a value is not text
 */
export function compose(
  parts: readonly ComposedPart[],
  find: (part: Exclude<ComposedPart, string>) => SecretValue,
): SecretValue {
  return SecretValue.of(
    parts
      .map((part) => {
        if (typeof part === 'string') return part;
        return WRITTEN[part.as](textOf(find(part), part.key));
      })
      .join(''),
  );
}

function textOf(value: SecretValue, key: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.bytes());
  } catch {
    throw new SecretsProblem(
      `the value of ${key} is not text in UTF-8, and a file is composed of it`,
      `replace it: rotate ${key}`,
    );
  }
}

/** Control characters that JSON may hold as they are, and YAML may not, or takes for the end of a line. */
const NOT_IN_YAML = /[\u007f-\u009f\u2028\u2029\ufeff]/g;

/** A text as a part of a URL: what RFC 3986 calls unreserved stays, as in other programs that encode it. */
function urlText(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A text in double quotes that JSON and YAML read alike. */
function jsonText(text: string): string {
  return JSON.stringify(text).replaceAll(
    NOT_IN_YAML,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const WRITTEN: Readonly<Record<Exclude<ComposedPart, string>['as'], (text: string) => string>> = {
  text: (text) => text,
  json: jsonText,
  url: urlText,
};
