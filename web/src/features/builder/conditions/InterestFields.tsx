// Interests: any, all or none of these; declared, or shown by events for at least so much.
import { useCanvas } from '../tree/context';
import { asList, eventFields } from '../tree/events';
import classes from './Fields.module.css';
import { type Facets, type Interests, interestsOf, isShown, writtenInterests } from './facets';
import { NumberField } from './NumberField';
import type { Field, Lookup } from './suggestions';
import { ValuesField } from './ValuesField';
import { WindowPicker } from './WindowPicker';
import { WordSelect } from './WordSelect';

type Props = {
  facets: Facets;
  onChange: (interests: Facets['interests'], part: string) => void;
};

const PARTS = [
  ['any', 'Any of', 'any of'],
  ['all', 'All of', 'all of'],
  ['none', 'None of', 'none of'],
] as const;

/** Where interests are looked up: the declared list, or the field of the events that show them. */
const useInterestField = (shown: boolean): { field: Field; lookup: Lookup } => {
  const { vocabulary } = useCanvas();
  const { interests, interest_source: source, interest_field: name } = vocabulary.facets;
  const declared = vocabulary.attributes.find((one) => one.name === interests);
  const seen = eventFields(vocabulary, source ? [source] : []).find((one) => one.name === name);
  const field = (shown ? (seen ?? declared) : (declared ?? seen)) ?? null;
  const byEvents = field !== null && field === seen;
  return {
    field: field ?? {
      name: 'interests',
      label: 'Interests',
      type: 'string',
      currency: null,
      values: [],
      top_values: [],
      fold: 'none',
    },
    lookup: field && { field: field.name, source: byEvents ? (source ?? undefined) : undefined },
  };
};

export function InterestFields({ facets, onChange }: Props) {
  const { vocabulary } = useCanvas();
  const said = interestsOf(facets);
  const shown = isShown(said);
  const { field, lookup } = useInterestField(shown);
  const { interests: declared, interest_source: source } = vocabulary.facets;
  const write = (part: string, next: Partial<Interests>) =>
    onChange(writtenInterests({ ...said, ...next }), part);
  const seen = vocabulary.events.find(({ name }) => name === source)?.label ?? 'events';
  const ways = [
    ...(declared !== null || !shown ? [{ value: 'declared', label: 'as declared' }] : []),
    ...(source !== null || shown ? [{ value: 'shown', label: `shown by ${seen}` }] : []),
  ];
  return (
    <div className={classes.stack}>
      {PARTS.map(([name, label, words]) => (
        <div key={name} className={classes.line}>
          <span className={classes.says}>{label}</span>
          <ValuesField
            label={`Interests: ${words}`}
            field={{ ...field, type: field.type === 'list' ? 'string' : field.type }}
            lookup={lookup}
            value={asList(said[name])}
            onChange={(next) => write(name, { [name]: (next ?? []).map(String) })}
          />
        </div>
      ))}
      <div className={classes.line}>
        {ways.length > 1 && (
          <WordSelect
            label="How interests are known"
            value={shown ? 'shown' : 'declared'}
            words={ways}
            onChange={(next) =>
              write(
                'way',
                next === 'shown'
                  ? { window: { last: 'P90D' } }
                  : { window: undefined, min_affinity: undefined },
              )
            }
          />
        )}
        {(shown || ways[0]?.value === 'shown') && (
          <>
            <span className={classes.says}>adding up to at least</span>
            <NumberField
              label="Least affinity"
              type="number"
              value={said.min_affinity}
              placeholder="any"
              onChange={(min_affinity) => write('min_affinity', { min_affinity })}
            />
            <WindowPicker
              value={said.window}
              none="at any time"
              onChange={(window) => write('window', { window })}
            />
          </>
        )}
      </div>
    </div>
  );
}
