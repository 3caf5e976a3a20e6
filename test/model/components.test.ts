import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Component } from '../../model/components/component.ts';
import type { Element } from '../../model/components/element.ts';
import { COMPONENT_NAMES, components, LAN_NAMES } from '../../model/components/index.ts';
import { keysAt, schemaAt } from '../../model/reading/schema-walk.ts';
import { dotted, type Path } from '../../model/reading/yaml-source.ts';
import { stackSchema } from '../../model/schema.ts';
import { allProfiles } from '../stacks.ts';

/** Every place below a group of the stack file where a key stands. */
function placesOf(key: string, group: Path): readonly string[] {
  return keysAt(stackSchema, group).flatMap((name) => [
    ...(name === key ? [dotted([...group, name])] : []),
    ...placesOf(key, [...group, name]),
  ]);
}

describe.each(COMPONENT_NAMES)('the component %s', (name) => {
  const component = components[name];

  it('declares its raw additions where its schema takes a reason for them, and nowhere else', () => {
    const reasons = component.additions.map(({ at }) => dotted([name, ...at.slice(0, -1), 'force']));
    expect(reasons).toEqual(placesOf('force', [name]));
    for (const { at } of component.additions) {
      expect(schemaAt(stackSchema, [name, ...at])).toBeDefined();
    }
  });

  it('declares every container whose resources its schema takes', () => {
    const declared = allProfiles().flatMap((stack) => component.containers(stack));
    const places = new Set(declared.map(({ at }) => dotted([name, ...at])));
    expect([...places]).toEqual(placesOf('resources', [name]));
  });

  it('runs from an image', () => {
    expect(Object.keys(component.images)).not.toEqual([]);
  });
});

describe('a component', () => {
  type Declared<Settings> = Component<typeof components.element.schema, Settings, 'element'>;

  it('does not compile without one of its parts', () => {
    const { secrets: _, ...rest } = components.element;
    expectTypeOf(rest).not.toExtend<Component>();
    expectTypeOf(components.element).toExtend<Component>();
  });

  it('says what its name on the local network is for, exactly when it has a host', () => {
    expectTypeOf<Declared<Element | undefined>['lanName']>().toEqualTypeOf<string>();
    expectTypeOf<Declared<'here' | 'elsewhere'>['lanName']>().toEqualTypeOf<undefined>();
    expect(LAN_NAMES).toEqual(Object.keys(components).filter((name) => hasHost(name)));
  });

  it('declares releases of each of its images', () => {
    expectTypeOf<keyof Declared<Element>['images']>().toEqualTypeOf<'element'>();
  });
});

function hasHost(name: string): boolean {
  return keysAt(stackSchema, [name]).includes('host');
}
