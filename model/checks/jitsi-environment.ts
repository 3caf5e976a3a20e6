import { unfitForJitsi } from '../components/jitsi-contexts.ts';
import { JITSI_PARTS } from '../components/jitsi-sizes.ts';
import { dotted } from '../reading/yaml-source.ts';
import type { Check } from './check.ts';

/** The images put values of their environment into programs and configuration as they are: none may leave its place. */
export const checkJitsiEnvironment: Check = (_written, { jitsi }) =>
  JITSI_PARTS.flatMap((part) =>
    Object.entries(jitsi?.env[part] ?? {}).flatMap(([variable, value]) => {
      const unfit = unfitForJitsi(part, variable, value);
      if (unfit === undefined) return [];
      const at = ['jitsi', part, 'env', variable];
      return [{ code: 'MG039', at, what: `${dotted(at)} ${unfit.what}`, remedy: unfit.remedy }];
    }),
  );
