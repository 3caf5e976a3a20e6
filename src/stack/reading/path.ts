/** Where a value is in data, from its root: `['spec', 'containers', 0, 'image']`. */
export type Path = readonly (string | number)[];
