import { at, texts } from '../../plain/data.ts';
import type { Located } from '../reading/objects.ts';
import { podTemplates } from '../reading/pods.ts';
import type { Problem } from './problem.ts';

/**
 * Fields that fit the schema each, but that the API server refuses together.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go (ValidateSecurityContext)
 */
export function refusedPairs(object: Located): readonly Problem[] {
  return [...strategies(object), ...privileges(object)];
}

function strategies({ data, knowledge }: Located): readonly Problem[] {
  const field = knowledge?.pod?.strategy;
  if (field === undefined) return [];
  const strategy = at(data, ...field.split('.'));
  if (at(strategy, 'type') !== 'Recreate' || at(strategy, 'rollingUpdate') === undefined) return [];
  const what = 'does not go with strategy type Recreate: the API server refuses the object';
  return [{ path: `${field}.rollingUpdate`, what, remedy: 'remove it' }];
}

function privileges(object: Located): readonly Problem[] {
  return podTemplates([object]).flatMap(({ containers }) =>
    containers.flatMap(({ path, data: { securityContext } }) => {
      if (at(securityContext, 'allowPrivilegeEscalation') !== false) return [];
      const field = `${path}.securityContext`;
      const because = 'does not go with allowPrivilegeEscalation: false: the API server refuses the object';
      return [
        ...(at(securityContext, 'privileged') === true
          ? [{ path: `${field}.privileged`, what: `is true, which ${because}`, remedy: 'remove it' }]
          : []),
        ...(texts(at(securityContext, 'capabilities', 'add')).some((it) => /^(?:CAP_)?SYS_ADMIN$/.test(it))
          ? [
              {
                path: `${field}.capabilities.add`,
                what: `adds SYS_ADMIN, which ${because}`,
                remedy: 'remove it',
              },
            ]
          : []),
      ];
    }),
  );
}
