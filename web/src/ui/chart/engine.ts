// The parts of ECharts that are used; a chunk of its own, loaded with the first chart.
import { BarChart, LineChart } from 'echarts/charts';
import {
  AriaComponent,
  BrushComponent,
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  ToolboxComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// The brush asks for the toolbox, though its own buttons are never shown.
use([
  LineChart,
  BarChart,
  GridComponent,
  TooltipComponent,
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  BrushComponent,
  AriaComponent,
  ToolboxComponent,
  CanvasRenderer,
]);

export { init };
