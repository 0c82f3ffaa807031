// Events in order: this, then that within so long, then none of those.
import { ActionIcon, Button, MultiSelect } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import { useCanvas } from '../tree/context';
import { asList, eventFields } from '../tree/events';
import { kept } from '../tree/json';
import { nameOf } from '../tree/names';
import type { Leaf, LeafOf } from '../tree/types';
import { EventsField } from './EventsField';
import classes from './Fields.module.css';
import { More, Option } from './More';
import { StepTiming } from './StepTiming';
import { useSet } from './set';
import { MOST_STEPS, type Step, withoutStep, withStepMoved } from './steps';
import { WhereEditor } from './WhereEditor';
import { WindowPicker } from './WindowPicker';
import { WordSelect } from './WordSelect';

const STARTS = [
  { value: 'any', label: 'any such event' },
  { value: 'first', label: 'the first such event' },
  { value: 'last', label: 'the last such event' },
];

export function SequenceEditor({ leaf: given }: { leaf: Leaf }) {
  const leaf = given as LeafOf<'sequence'>;
  const { dated } = useCanvas();
  const set = useSet(leaf);
  const { sequence: steps, window } = leaf.value;
  const write = (next: Step[], part: string) => set({ sequence: next }, part);
  return (
    <>
      <ol className={classes.steps} aria-label="Steps">
        {steps.map((step, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the order
          <li key={at} className={classes.step}>
            <div className={classes.line}>
              <StepFields
                step={step}
                at={at}
                last={at === steps.length - 1}
                onChange={(said, part) =>
                  write(
                    steps.map((one, place) => (place === at ? kept({ ...one, ...said }) : one)),
                    `step ${at} ${part}`,
                  )
                }
              />
            </div>
            <StepButtons
              at={at}
              count={steps.length}
              onMove={(by) => write(withStepMoved(steps, at, by), 'order')}
              onRemove={() => write(withoutStep(steps, at), 'steps')}
            />
          </li>
        ))}
      </ol>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={steps.length >= MOST_STEPS}
        onClick={() => write([...steps, { did: steps.at(-1)?.did ?? '', within: 'P7D' }], 'steps')}
      >
        Add step
      </Button>
      <WindowPicker
        value={window}
        none={dated ? "within the audience's dates" : 'at any time'}
        onChange={(next) => set({ window: next })}
      />
      <SequenceMore leaf={leaf} />
    </>
  );
}

type StepProps = {
  step: Step;
  at: number;
  last: boolean;
  onChange: (said: Partial<Step>, part: string) => void;
};

function StepFields({ step, at, onChange }: StepProps) {
  return (
    <>
      {at === 0 ? (
        <span className={classes.says}>first</span>
      ) : (
        <WordSelect
          label={`Step ${at + 1}: happens or not`}
          value={step.absent ? 'none' : 'then'}
          words={[
            { value: 'then', label: 'then' },
            { value: 'none', label: 'then no' },
          ]}
          onChange={(next) => onChange({ absent: next === 'none' ? true : undefined }, 'absent')}
        />
      )}
      <EventsField
        label={`Step ${at + 1}: event`}
        value={step.did}
        onChange={(did) => onChange({ did }, 'did')}
      />
      <WhereEditor
        events={asList(step.did)}
        where={step.where}
        onChange={(where, part) => onChange({ where: where as Step['where'] }, part)}
      />
      {at > 0 && <StepTiming step={step} at={at} onChange={onChange} />}
    </>
  );
}

type ButtonsProps = {
  at: number;
  count: number;
  onMove: (by: number) => void;
  onRemove: () => void;
};

function StepButtons({ at, count, onMove, onRemove }: ButtonsProps) {
  return (
    <span className={classes.buttons}>
      <ActionIcon
        size={24}
        aria-label={`Move step ${at + 1} up`}
        disabled={at === 0}
        onClick={() => onMove(-1)}
      >
        <IconArrowUp size={14} aria-hidden />
      </ActionIcon>
      <ActionIcon
        size={24}
        aria-label={`Move step ${at + 1} down`}
        disabled={at === count - 1}
        onClick={() => onMove(1)}
      >
        <IconArrowDown size={14} aria-hidden />
      </ActionIcon>
      <ActionIcon
        size={24}
        aria-label={`Remove step ${at + 1}`}
        disabled={count <= 2}
        onClick={onRemove}
      >
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </span>
  );
}

function SequenceMore({ leaf }: { leaf: LeafOf<'sequence'> }) {
  const { vocabulary } = useCanvas();
  const set = useSet(leaf);
  const { sequence: steps, same, start = 'any' } = leaf.value;
  const events = [...new Set(steps.flatMap((step) => asList(step.did)))];
  const shared = eventFields(vocabulary, events).filter(
    ({ type }) => type !== 'geo' && type !== 'list',
  );
  const labels = new Map(shared.map(({ name, label }) => [name, label]));
  const chosen = asList(same);
  const others = chosen
    .filter((name) => !labels.has(name))
    .map((name) => ({ value: name, label: name }));
  return (
    <More
      of={nameOf(leaf)}
      said={[
        chosen.length > 0 && `same ${chosen.map((name) => labels.get(name) ?? name).join(', ')}`,
        start !== 'any' && `from ${STARTS.find(({ value }) => value === start)?.label}`,
      ]}
    >
      <Option title="The same in every step">
        <MultiSelect
          size="xs"
          className={classes.values}
          aria-label="The same in every step"
          placeholder={chosen.length ? undefined : 'no field'}
          data={[...shared.map(({ name, label }) => ({ value: name, label })), ...others]}
          value={chosen}
          hidePickedOptions
          onChange={(next) => set({ same: next.length ? next : undefined })}
        />
      </Option>
      <Option title="It begins with">
        <WordSelect
          label="It begins with"
          value={start}
          words={STARTS}
          onChange={(next) => set({ start: next === 'any' ? undefined : next })}
        />
      </Option>
    </More>
  );
}
