// Options that are seldom used, folded; what is set among them is said even then.
import { ActionIcon, Badge, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { createContext, type ReactNode, useContext, useId } from 'react';
import { createPortal } from 'react-dom';
import classes from './Fields.module.css';

/** Where a row has room for the button, beside its menu; without it, it stands in the line. */
export const MoreSlot = createContext<HTMLElement | null>(null);

type Props = {
  /** Whose options, for those who do not see the row. */
  of: string;
  /** What is set among them, in words. */
  said?: (string | false | null | undefined)[];
  children: ReactNode;
};

export function More({ of, said = [], children }: Props) {
  const [open, { toggle }] = useDisclosure(false);
  const id = useId();
  const slot = useContext(MoreSlot);
  const button = (
    <Tooltip label={open ? 'Fewer options' : 'More options'}>
      <ActionIcon
        size={slot ? 28 : 24}
        onClick={toggle}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={`More options: ${of}`}
      >
        <IconAdjustmentsHorizontal size={slot ? 16 : 14} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
  return (
    <>
      {!open && said.map((words) => words && <Badge key={words}>{words}</Badge>)}
      {slot ? createPortal(button, slot) : button}
      {open && (
        <div id={id} className={classes.panel}>
          {children}
        </div>
      )}
    </>
  );
}

/** One of the folded options: what it is, and its control. */
export function Option({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={classes.line}>
      <span className={classes.says}>{title}</span>
      {children}
    </div>
  );
}
