/**
 * The schemas of stack files that this release reads, oldest first. A schema fixes every default and size: a newer
 * release never changes them silently, and `migrate` is the only way up.
 */
export const SCHEMAS = [1, 2] as const;

/** One of {@link SCHEMAS}. */
export type SchemaNumber = (typeof SCHEMAS)[number];

/** What differs between schemas. */
export type BySchema<T> = Readonly<Record<SchemaNumber, T>>;

/** The newest schema. Schema n comes with release n.0.0 at the latest. */
export const NEWEST_SCHEMA: SchemaNumber = 2;
