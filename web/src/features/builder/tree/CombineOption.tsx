// Segments combined: in all of them, in any, or in the first without the others.
import { SegmentPicker } from '@/ui/SegmentPicker';
import classes from '../conditions/Fields.module.css';
import { WordSelect } from '../conditions/WordSelect';
import type { SetAround } from './AudienceOptions';
import type { Around, Operation } from './types';

type Props = { around: Around; set: SetAround };

const OPERATIONS = [
  { value: 'INTERSECTION', label: 'in all of the segments' },
  { value: 'UNION', label: 'in any of the segments' },
  { value: 'DIFFERENCE', label: 'in the first segment and in none of the others' },
];

export function CombineOption({ around, set }: Props) {
  const { depends_on: parents, operation } = around;
  return (
    <div className={classes.line}>
      <span className={classes.says}>Also has to be</span>
      <WordSelect
        label="How segments are combined"
        value={operation ?? 'INTERSECTION'}
        words={OPERATIONS}
        onChange={(next) =>
          set({ operation: parents.length ? (next as Operation) : null }, 'operation')
        }
      />
      <div className={classes.segments}>
        <SegmentPicker
          label="Segments to combine"
          hideLabel
          multiple
          value={parents.map(String)}
          onChange={(names) =>
            set(
              {
                depends_on: names,
                operation: names.length ? (operation ?? 'INTERSECTION') : null,
              },
              'segments to combine',
            )
          }
        />
      </div>
    </div>
  );
}
