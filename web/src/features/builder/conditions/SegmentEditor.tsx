// Who is in another segment, or is not, or entered or left it lately.
import { SegmentPicker } from '@/ui/SegmentPicker';
import { useCanvas } from '../tree/context';
import type { Leaf, LeafOf } from '../tree/types';
import { CountField } from './CountField';
import { DurationField } from './DurationField';
import { durationWords } from './durations';
import classes from './Fields.module.css';
import { More, Option } from './More';
import { changeOf, VERBS, type Verb, verbOf, withVerb } from './membership';
import { useSet } from './set';
import { WindowPicker } from './WindowPicker';
import { WordSelect } from './WordSelect';

export function SegmentEditor({ leaf: given }: { leaf: Leaf }) {
  const leaf = given as LeafOf<'segment'>;
  const { act, readOnly } = useCanvas();
  const set = useSet(leaf);
  const { segment } = leaf.value;
  const changed = changeOf(leaf.value);
  return (
    <>
      <WordSelect
        label="Membership"
        value={verbOf(leaf)}
        words={VERBS}
        onChange={(next) =>
          act({
            type: 'replace',
            id: leaf.id,
            node: { ...leaf, negated: false, value: withVerb(leaf, next as Verb) },
            quiet: true,
          })
        }
      />
      <span data-value className={classes.segment}>
        <SegmentPicker
          label="Segment"
          hideLabel
          required
          disabled={readOnly}
          value={segment === '' ? null : String(segment)}
          onChange={(name) => name !== null && set({ segment: name })}
        />
      </span>
      {changed && (
        <WindowPicker
          value={changed[1]}
          onChange={(window) => window && set({ changed: { [changed[0]]: window } })}
        />
      )}
      <SegmentMore leaf={leaf} />
    </>
  );
}

const FRESH = [
  { value: 'same_run', label: 'as of the same moment' },
  { value: 'stored', label: 'as last published' },
  { value: 'recent', label: 'as published, at most this old' },
];

function SegmentMore({ leaf }: { leaf: LeafOf<'segment'> }) {
  const set = useSet(leaf);
  const { segment, version, freshness = 'same_run', changed } = leaf.value;
  const length = /^(<=)?P/.test(freshness) ? freshness.replace('<=', '') : null;
  const mode = length === null ? freshness : 'recent';
  const number = typeof version === 'number' ? version : null;
  return (
    <More
      of={`segment ${segment}`}
      said={[
        number !== null && `version ${number}`,
        mode === 'stored' && 'as last published',
        length !== null && `published in the last ${durationWords(length)}`,
      ]}
    >
      <Option title="Members">
        <WordSelect
          label="Which members"
          value={mode}
          words={FRESH}
          onChange={(next) =>
            set({
              freshness: { same_run: undefined, stored: 'stored', recent: '<=PT6H' }[next],
            })
          }
        />
        {length !== null && (
          <DurationField
            label="At most this old"
            value={length}
            onChange={(next) => set({ freshness: `<=${next}` })}
          />
        )}
      </Option>
      {!changed && (
        <Option title="Version">
          <WordSelect
            label="Version"
            value={number === null ? 'latest' : 'number'}
            words={[
              { value: 'latest', label: 'the latest' },
              { value: 'number', label: 'number…' },
            ]}
            onChange={(next) => set({ version: next === 'latest' ? undefined : 1 })}
          />
          {number !== null && (
            <CountField
              label="Version number"
              min={1}
              value={number}
              onChange={(next) => set({ version: next })}
            />
          )}
        </Option>
      )}
    </More>
  );
}
