// Orders from a file: dropped, mapped, tried out, mended, applied, and taken back if need be.
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { EmptyNote } from '@/ui/EmptyNote';
import { Page } from '@/ui/Page';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { useDesk, WithDesk } from '../desk';
import { CheckedStep } from './CheckedStep';
import { DropStep } from './DropStep';
import { MapStep } from './MapStep';
import { ResultStep } from './ResultStep';
import { Steps } from './Steps';
import { importQuery } from './server';
import type { Import } from './types';

export function ImportPage() {
  return (
    <WithDesk title="Import orders">
      <Wizard />
    </WithDesk>
  );
}

function Wizard() {
  const desk = useDesk();
  const navigate = useNavigate();
  const { id } = useSearch({ strict: false }) as { id?: unknown };
  const chosen = typeof id === 'number' ? id : null;
  const go = (next: number | undefined) =>
    void navigate({ to: '/orders/import', search: { id: next } });
  return (
    <Page
      title="Import orders"
      description="A CSV or Excel file; nothing is written before you have seen what it would do."
      above={
        <Anchor component={Link} to="/orders" size="sm" c="dimmed">
          Orders
        </Anchor>
      }
    >
      {!desk.can_edit ? (
        <EmptyNote title="You may look at orders, not import any">
          Ask an admin for the role of an operator.
        </EmptyNote>
      ) : chosen === null ? (
        <DropStep onChosen={go} />
      ) : (
        <One key={chosen} id={chosen} onAnother={() => go(undefined)} />
      )}
    </Page>
  );
}

function One({ id, onAnother }: { id: number; onAnother: () => void }) {
  const found = useQuery(importQuery(id));
  return (
    <StateView query={found} skeleton={<SkeletonLines lines={8} />}>
      {(one) => (
        <>
          <Steps state={one.state} />
          <Step one={one} onAnother={onAnother} />
        </>
      )}
    </StateView>
  );
}

function Step({ one, onAnother }: { one: Import; onAnother: () => void }) {
  if (one.state === 'read') return <MapStep one={one} onAnother={onAnother} />;
  if (one.state === 'checked') return <CheckedStep one={one} onAnother={onAnother} />;
  return <ResultStep one={one} onAnother={onAnother} />;
}
