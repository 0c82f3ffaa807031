type Props = {
  orderId: number | null;
  query: unknown;
  onOpen: (id: number | undefined) => void;
  onSaved: (ids: number[]) => void;
};
export function OrderDrawer(_: Props) {
  return null;
}
