// Nothing to show: no orders yet, or none that fits.
import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { EmptyNote } from '@/ui/EmptyNote';
import { useDesk } from '../desk';
import classes from './Workbench.module.css';

export function NoOrders({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const { can_edit } = useDesk();
  return (
    <div className={classes.over}>
      {filtered ? (
        <EmptyNote
          title="No order matches"
          action={
            <Button variant="default" onClick={onClear}>
              Clear filters
            </Button>
          }
        >
          There are orders, but none fits everything that is filtered and searched by.
        </EmptyNote>
      ) : (
        <EmptyNote
          title="No orders yet"
          action={
            can_edit && (
              <Group gap="xs">
                <Button variant="default" component={Link} to="/orders/import">
                  Import orders
                </Button>
                <Button variant="default" component={Link} to="/orders/new">
                  New order
                </Button>
              </Group>
            )
          }
        >
          Orders come from a file, from “muster orders populate”, or one by one.
        </EmptyNote>
      )}
    </div>
  );
}
