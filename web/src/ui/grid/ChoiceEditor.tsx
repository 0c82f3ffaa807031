// A list to choose from, over the rows: arrows or letters go through it, Enter takes one.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import classes from './Grid.module.css';

export type Choice = { value: string; label: string; hint?: ReactNode };

type Props = {
  label: string;
  choices: Choice[];
  /** The one that holds now. */
  value: string;
  /** What to say where there is nothing to choose. */
  nothing?: string;
  onChange: (value: string) => void;
  onDone: () => void;
};

export function ChoiceEditor({ label, choices, value, nothing, onChange, onDone }: Props) {
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      choices.findIndex((one) => one.value === value),
    ),
  );
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.focus(), []);
  const go = (place: number) => {
    const next = choices[(place + choices.length) % choices.length];
    if (!next) return;
    setActive(choices.indexOf(next));
    onChange(next.value);
    document.getElementById(`${id}-${choices.indexOf(next)}`)?.scrollIntoView({ block: 'nearest' });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') go(active + 1);
    else if (event.key === 'ArrowUp') go(active - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(choices.length - 1);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const letter = event.key.toLowerCase();
      const after = [...choices.slice(active + 1), ...choices.slice(0, active + 1)];
      const found = after.find((one) => one.label.toLowerCase().startsWith(letter));
      if (found) go(choices.indexOf(found));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={list}
      role="listbox"
      aria-label={label}
      aria-activedescendant={choices.length > 0 ? `${id}-${active}` : undefined}
      tabIndex={0}
      className={classes.choices}
      onKeyDown={press}
    >
      {choices.length === 0 && <div className={classes.nothing}>{nothing}</div>}
      {choices.map((choice, place) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the list listens to the keys
        <div
          key={choice.value}
          id={`${id}-${place}`}
          role="option"
          tabIndex={-1}
          aria-selected={place === active}
          className={classes.choice}
          onClick={() => {
            onChange(choice.value);
            onDone();
          }}
        >
          {choice.label}
          {choice.hint && <span className={classes.hint}>{choice.hint}</span>}
        </div>
      ))}
    </div>
  );
}
