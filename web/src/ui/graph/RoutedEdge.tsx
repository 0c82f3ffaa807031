// A line between two nodes that leads around those between them.
import { BaseEdge, type Edge, type EdgeProps } from '@xyflow/react';

export function RoutedEdge({ data, markerEnd, style }: EdgeProps<Edge<{ path: string }>>) {
  return <BaseEdge path={data?.path ?? ''} markerEnd={markerEnd} style={style} />;
}
