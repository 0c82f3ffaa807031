export function OrderPage() {
  return null;
}
export function NewOrderPage() {
  return null;
}
