// Who is on a list of keys in the warehouse, or is not.
import { useCanvas } from '../tree/context';
import { kept } from '../tree/json';
import type { Leaf, LeafOf } from '../tree/types';
import { isOutside } from './membership';
import { NameSelect } from './NameSelect';
import { useSet } from './set';
import { WordSelect } from './WordSelect';

export function ListEditor({ leaf: given }: { leaf: Leaf }) {
  const leaf = given as LeafOf<'list'>;
  const { vocabulary, act } = useCanvas();
  const set = useSet(leaf);
  return (
    <>
      <WordSelect
        label="On the list or not"
        value={isOutside(leaf) ? 'out' : 'in'}
        words={[
          { value: 'in', label: 'is on the list' },
          { value: 'out', label: 'is not on the list' },
        ]}
        onChange={(next) =>
          act({
            type: 'replace',
            id: leaf.id,
            node: {
              ...leaf,
              negated: false,
              value: kept({ ...leaf.value, in: next === 'out' ? false : undefined }),
            },
            quiet: true,
          })
        }
      />
      <span data-value>
        <NameSelect
          label="List"
          value={leaf.value.list}
          names={vocabulary.lists.map((name) => ({
            value: name,
            label: name.replaceAll('_', ' '),
          }))}
          onChange={(list) => set({ list })}
        />
      </span>
    </>
  );
}
