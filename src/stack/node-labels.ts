import * as z from 'zod';
import { shortText } from './fields.ts';

/** The key of a label, as Kubernetes takes it. */
export const labelKey = shortText
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
    'write a label key such as matrix/calls',
  )
  .refine((key) => key !== 'constructor', 'choose another label: this one cannot be rendered');

/** The value of a label. */
export const labelValue = shortText.regex(
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
  'write a label value: at most 63 letters, digits, dashes, dots and underscores',
);

/** Labels that a node must have. */
export const nodeLabels = z
  .record(labelKey, labelValue)
  .refine((labels) => Object.keys(labels).length <= 100, 'write at most 100 labels');
