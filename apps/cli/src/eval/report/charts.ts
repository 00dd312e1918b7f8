import type { CoveragePoint, Figure, ReliabilityBin, RocPoint } from '@assay/evaluation';
import { type EChartsOption, init, type LineSeriesOption } from 'echarts';

/** Drawn at this size and scaled to the page; text stays readable on a phone of 360 px. */
const widthPx = 440;
const heightPx = 330;
/** Colours are variables of the page, so that one picture serves light and dark. */
const ink = 'var(--ink)';
const soft = 'var(--soft)';
const line = 'var(--line)';
const accent = 'var(--accent)';
const fontSize = 13;

/** Renders a static SVG: no script in the report, nothing fetched. */
function svg(option: EChartsOption, height = heightPx): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: widthPx, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { color: ink, fontFamily: 'system-ui, sans-serif', fontSize },
      ...option,
    });
    return chart.renderToSVGString();
  } finally {
    // Without this the process never ends.
    chart.dispose();
  }
}

const axis = (name: string) =>
  ({
    type: 'value',
    min: 0,
    max: 1,
    name,
    nameLocation: 'middle',
    nameGap: 34,
    nameTextStyle: { color: soft, fontSize },
    axisLabel: { color: soft, fontSize },
    axisLine: { show: true, lineStyle: { color: line } },
    axisTick: { lineStyle: { color: line } },
    splitLine: { lineStyle: { color: line, opacity: 0.5 } },
  }) as const;
const square = { left: 58, right: 16, top: 16, bottom: 52 };
const diagonal: LineSeriesOption = {
  type: 'line',
  data: [
    [0, 0],
    [1, 1],
  ],
  symbol: 'none',
  lineStyle: { color: soft, type: 'dashed', width: 1 },
};
const curve = { type: 'line', symbol: 'none', lineStyle: { color: accent, width: 2.5 } } as const;

export const rocChart = (points: readonly RocPoint[]): string =>
  svg({
    grid: square,
    xAxis: axis('real at or above the score'),
    yAxis: axis('fakes at or above it'),
    series: [diagonal, { ...curve, data: points.map(({ falseAlarmRate, hitRate }) => [falseAlarmRate, hitRate]) }],
  });

/** Points this high have their label below, where there is room. */
const labelBelowFrom = 0.9;

export const reliabilityChart = (bins: readonly ReliabilityBin[]): string =>
  svg({
    grid: square,
    xAxis: axis('probability given'),
    yAxis: axis('share that is fake'),
    series: [
      diagonal,
      {
        type: 'scatter',
        data: bins.flatMap(({ meanProbability, shareFake, count }) =>
          meanProbability === null || shareFake === null
            ? []
            : [
                {
                  value: [meanProbability, shareFake, count],
                  label: { position: shareFake > labelBelowFrom ? ('bottom' as const) : ('top' as const) },
                },
              ],
        ),
        symbolSize: 12,
        itemStyle: { color: accent },
        label: {
          show: true,
          color: soft,
          fontSize,
          formatter: ({ value }) => (Array.isArray(value) ? String(value[2]) : ''),
        },
      },
    ],
  });

export const coverageChart = (points: readonly CoveragePoint[]): string =>
  svg({
    grid: square,
    xAxis: axis('share answered, the surest first'),
    yAxis: axis('share of them wrong'),
    series: [{ ...curve, step: 'end', data: points.map(({ coverage, risk }) => [coverage, risk]) }],
  });

const rowPx = 34;

/** A dot and its interval per family. */
export function familyChart(rows: readonly { name: string; figure: Figure }[]): string {
  const names = rows.map(({ name }) => name).reverse();
  const figures = rows.map(({ figure }) => figure).reverse();
  return svg(
    {
      grid: { left: 150, right: 20, top: 10, bottom: 52 },
      xAxis: axis('AUC against all real items'),
      yAxis: {
        type: 'category',
        data: names,
        axisLabel: { color: ink, fontSize, width: 138, overflow: 'truncate' },
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
      },
      series: [
        ...figures.map(({ interval }, i) => ({
          type: 'line' as const,
          symbol: 'none',
          lineStyle: { color: accent, width: 3, opacity: 0.5 },
          data: interval
            ? [
                [interval[0], i],
                [interval[1], i],
              ]
            : [],
        })),
        {
          type: 'scatter' as const,
          symbolSize: 11,
          itemStyle: { color: accent },
          data: figures.flatMap(({ value }, i) => (value === null ? [] : [[value, i]])),
        },
      ],
    },
    70 + rowPx * rows.length,
  );
}
