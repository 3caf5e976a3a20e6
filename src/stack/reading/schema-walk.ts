import * as z from 'zod';
import type { Path } from './yaml-source.ts';

/** True when a schema takes a value. */
export function accepts(schema: unknown, value: unknown): boolean {
  return schema instanceof z.ZodType && schema.safeParse(value).success;
}

/** The schema of the value at a path, its optional wrapper taken off. */
export function schemaAt(schema: unknown, path: Path): unknown {
  let current = schema;
  for (const step of path) {
    const inner = typeof step === 'number' ? (listIn(current) ?? unwrap(current)) : unwrap(current);
    if (inner instanceof z.ZodObject) current = inner.shape[String(step)];
    else if (inner instanceof z.ZodArray) current = inner.element;
    else if (inner instanceof z.ZodRecord) current = inner.valueType;
    else return undefined;
  }
  return current;
}

/** The list among the branches of a union. */
function listIn(schema: unknown): z.ZodArray | undefined {
  if (schema instanceof z.ZodOptional) return listIn(schema.unwrap());
  const found =
    schema instanceof z.ZodUnion ? schema.options.find((option) => option instanceof z.ZodArray) : undefined;
  return found instanceof z.ZodArray ? found : undefined;
}

/** A schema without its optional wrapper; of a union, the branch that is a group of keys. */
export function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.find((option) => option instanceof z.ZodObject);
  return schema;
}

/** The keys that a group takes. */
export function keysAt(schema: unknown, path: Path): readonly string[] {
  const found = unwrap(schemaAt(schema, path));
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** What the schema says about the value at a path. */
export function descriptionAt(schema: unknown, path: Path): string | undefined {
  const found = schemaAt(schema, path);
  if (!(found instanceof z.ZodType)) return undefined;
  return (
    found.description ?? (found instanceof z.ZodOptional ? descriptionAt(found.unwrap(), []) : undefined)
  );
}
