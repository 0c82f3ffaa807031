// A rule that was read anew keeps the identity of what stood at the same place before, so that
// rows, figures and the focus stay while its JSON is edited.
import type { Audience, Group, Node } from './types';
import { isGroup } from './types';

const adoptNode = (old: Node | undefined, next: Node): Node => {
  if (old?.kind !== next.kind) return next;
  if (!isGroup(next) || !isGroup(old)) return { ...next, id: old.id };
  return adoptGroup(old, next);
};

const adoptGroup = (old: Group, next: Group): Group => ({
  ...next,
  id: old.id,
  children: next.children.map((child, place) => adoptNode(old.children[place], child)),
});

export const adopt = (old: Audience, next: Audience): Audience => {
  const { universe } = next.around;
  const before = old.around.universe;
  const kept =
    typeof universe === 'object' && universe && typeof before === 'object' && before
      ? adoptGroup(before, universe)
      : universe;
  return {
    include: adoptGroup(old.include, next.include),
    exclude: adoptGroup(old.exclude, next.exclude),
    around: { ...next.around, universe: kept },
  };
};
