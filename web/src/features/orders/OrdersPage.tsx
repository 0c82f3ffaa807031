// The order desk: all orders in a grid that many people edit at once.
import { WithDesk } from './desk';
import { Workbench } from './grid/Workbench';

export function OrdersPage() {
  return (
    <WithDesk title="Orders">
      <Workbench />
    </WithDesk>
  );
}
