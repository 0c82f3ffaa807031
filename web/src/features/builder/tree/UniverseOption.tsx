// Who is asked about at all: everyone, a universe of the data model, or a condition.
import { IconWorld } from '@tabler/icons-react';
import classes from '../conditions/Fields.module.css';
import { WordSelect } from '../conditions/WordSelect';
import type { SetAround } from './AudienceOptions';
import { Block } from './Block';
import { useCanvas } from './context';
import { spaced } from './names';
import { newGroup } from './read';
import type { Around } from './types';

type Props = { universe: Around['universe']; set: SetAround };

export function UniverseOption({ universe, set }: Props) {
  const { vocabulary } = useCanvas();
  const isOwn = typeof universe === 'object' && universe !== null;
  const names = Object.keys(vocabulary.universes);
  const choose = (next: string) => {
    if (next === '*') set({ universe: newGroup('all') }, 'universe');
    else set({ universe: next || null }, 'universe');
  };
  return (
    <>
      <div className={classes.line}>
        <span className={classes.says}>Asked about, and what shares are of:</span>
        <WordSelect
          label="Who is asked about"
          value={isOwn ? '*' : (universe ?? '')}
          words={[
            { value: '', label: `all ${vocabulary.entity_label.toLowerCase()}` },
            ...names.map((name) => ({ value: name, label: spaced(name) })),
            { value: '*', label: 'who matches…' },
          ]}
          onChange={choose}
        />
      </div>
      {isOwn && (
        <Block
          kind="universe"
          title="Asked about"
          icon={<IconWorld size={18} color="var(--mu-info)" aria-hidden />}
          sentence={`only ${vocabulary.entity_label.toLowerCase()} who match`}
          group={universe}
        />
      )}
    </>
  );
}
