// Another program's layout of a generated design, asked for line by line as that of Slipway is:
//   node layout.mjs dagre|elk GRAPH.json
// `run` answers {"ms": ...}; `picture` answers {"nodes": [[x, y], ...], "edges": [[[x, y], ...], ...]}.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [program, file] = process.argv.slice(2);
const graph = JSON.parse(readFileSync(file, 'utf8'));

// The same free space as Slipway leaves: 32 between cards of a column, 132 between columns.
const GAP = 32;
const LANE = 132;

/** The graph as dagre wants it; it has no ports, so edges join cards. */
async function dagre() {
  const { default: dagre } = await import('@dagrejs/dagre');
  const build = () => {
    const built = new dagre.graphlib.Graph({ multigraph: true });
    built.setGraph({ rankdir: 'LR', nodesep: GAP, ranksep: LANE });
    built.setDefaultEdgeLabel(() => ({}));
    graph.nodes.forEach((node, index) => built.setNode(String(index), { width: node.width, height: node.height }));
    graph.edges.forEach((edge, index) => built.setEdge(String(edge.source), String(edge.target), {}, String(index)));
    return built;
  };
  return {
    build,
    layout: async (built) => {
      dagre.layout(built);
      return built;
    },
    picture: (built) => ({
      nodes: graph.nodes.map((node, index) => {
        const at = built.node(String(index));
        return [at.x - node.width / 2, at.y - node.height / 2];
      }),
      edges: graph.edges.map((edge, index) =>
        built.edge({ v: String(edge.source), w: String(edge.target), name: String(index) }).points.map((at) => [at.x, at.y]),
      ),
    }),
  };
}

/** The graph as ELK wants it, with a fixed port for each row; its edges are routed at right angles. */
async function elk() {
  const { default: ELK } = await import('elkjs/lib/elk.bundled.js');
  const elk = new ELK();
  const build = () => ({
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.spacing.nodeNode': String(GAP),
      'elk.layered.spacing.nodeNodeBetweenLayers': String(LANE),
    },
    children: graph.nodes.map((node, index) => ({
      id: String(index),
      width: node.width,
      height: node.height,
      layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
      ports: node.ports.map((y, port) => ({
        id: `${index}.${port}`,
        x: node.ports.length > 1 ? node.width : 0,
        y,
        width: 0,
        height: 0,
        layoutOptions: { 'elk.port.side': node.ports.length > 1 ? 'EAST' : 'WEST' },
      })),
    })),
    edges: graph.edges.map((edge, index) => ({
      id: String(index),
      sources: [`${edge.source}.${edge.port}`],
      targets: [`${edge.target}.0`],
    })),
  });
  return {
    build,
    layout: (built) => elk.layout(built),
    picture: (built) => {
      const lines = new Map(
        built.edges.map((edge) => [
          edge.id,
          edge.sections.flatMap((section) => [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]),
        ]),
      );
      const places = new Map(built.children.map((node) => [node.id, node]));
      return {
        nodes: graph.nodes.map((_, index) => [places.get(String(index)).x, places.get(String(index)).y]),
        edges: graph.edges.map((_, index) => lines.get(String(index)).map((at) => [at.x, at.y])),
      };
    },
  };
}

const peer = await { dagre, elk }[program]();
let last;
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  if (line === 'run') {
    const built = peer.build();
    const start = performance.now();
    try {
      last = await peer.layout(built);
      answer = { ms: performance.now() - start };
    } catch (error) {
      answer = { error: String(error?.message ?? error) };
    }
  } else if (line === 'picture') {
    answer = peer.picture(last);
  } else {
    answer = { error: `there is no command ${line}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
