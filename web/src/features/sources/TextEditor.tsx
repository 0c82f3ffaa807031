// A text area with line numbers and marked lines; Tab indents, Escape then Tab leaves it.
import { type KeyboardEvent, type Ref, useImperativeHandle, useRef, useState } from 'react';
import classes from './TextEditor.module.css';

/** Goes to a line (from 1) and selects it. */
export type Lines = { go: (line: number) => void };

type Props = {
  ref: Ref<Lines>;
  label: string;
  value: string;
  onChange: (value: string) => void;
  marks: ReadonlySet<number>;
  readOnly?: boolean;
};

const LINE_PIXELS = 20;

export function TextEditor({ ref, label, value, onChange, marks, readOnly }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLDivElement>(null);
  const [leaving, setLeaving] = useState(false);
  const lines = value.split('\n');
  useImperativeHandle(ref, () => ({
    go: (line) => {
      const before = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
      area.current?.focus();
      area.current?.setSelectionRange(before, before + (lines[line - 1]?.length ?? 0));
      area.current?.scrollTo({ top: Math.max(0, (line - 6) * LINE_PIXELS) });
    },
  }));
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') return setLeaving(true);
    if (event.key !== 'Tab' || event.shiftKey || leaving || readOnly) return setLeaving(false);
    event.preventDefault();
    // this way the browser's own undo keeps working
    document.execCommand('insertText', false, '  ');
  };
  return (
    <div className={classes.box}>
      <div className={classes.numbers} ref={numbers} aria-hidden>
        {lines.map((_, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its number
          <div key={place} data-marked={marks.has(place + 1) || undefined}>
            {place + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={area}
        className={classes.text}
        aria-label={`${label}; Escape and then Tab leave the field`}
        value={value}
        readOnly={readOnly}
        spellCheck={false}
        wrap="off"
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onScroll={(event) => numbers.current?.scrollTo({ top: event.currentTarget.scrollTop })}
      />
    </div>
  );
}
