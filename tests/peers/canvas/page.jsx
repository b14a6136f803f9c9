// The same graph as Slipway's, drawn by React Flow with cards of the same content.
// `?graph=NAME.json` names the graph: {"nodes":[{id,api,title,kind,x,y,width,height,rows,chips}],"edges":[{id,source,handle,target}]}.
import { memo } from "react";
import { createRoot } from "react-dom/client";
import { Background, Controls, Handle, MiniMap, Position, ReactFlow, useEdgesState, useNodesState, useReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";

const Api = memo(({ data }) => (
  <div className="card api">
    <div className="head"><b>{data.title}</b><small>{data.kind}</small></div>
    {data.rows.map((row) => (
      <div className="row" key={row.key}>
        <span>{row.method}</span>{row.path}
        <Handle type="source" position={Position.Right} id={row.key} />
      </div>
    ))}
    <div className="foot">Not deployed here yet</div>
  </div>
));

const Target = memo(({ data }) => (
  <div className="card node">
    <Handle type="target" position={Position.Left} style={{ top: 20 }} />
    <div className="head"><b>{data.title}</b><small>{data.kind}</small></div>
    <div className="chips">{data.chips.map((chip) => <span className="chip" key={chip}>{chip}</span>)}</div>
    <div className="foot">Used by routes</div>
  </div>
));

const nodeTypes = { api: Api, target: Target };

function Bench({ setNodes }) {
  const flow = useReactFlow();
  window.peer = {
    zoom: (to) => flow.zoomTo(to),
    fit: () => flow.fitView(),
    select: (count) => setNodes((nodes) => nodes.map((node, index) => ({ ...node, selected: index < count }))),
  };
  return null;
}

function Page({ graph }) {
  const [nodes, setNodes, onNodesChange] = useNodesState(
    graph.nodes.map((node) => ({
      id: node.id,
      type: node.api ? "api" : "target",
      position: { x: node.x, y: node.y },
      width: node.width,
      height: node.height,
      data: node,
    })),
  );
  const [edges, , onEdgesChange] = useEdgesState(
    graph.edges.map((edge) => ({ id: edge.id, source: edge.source, sourceHandle: edge.handle, target: edge.target })),
  );
  return (
    <ReactFlow nodes={nodes} edges={edges} nodeTypes={nodeTypes} onNodesChange={onNodesChange} onEdgesChange={onEdgesChange}
      fitView minZoom={0.05} panOnScroll onlyRenderVisibleElements>
      <Background /><MiniMap /><Controls /><Bench setNodes={setNodes} />
    </ReactFlow>
  );
}

const name = new URLSearchParams(location.search).get("graph");
const graph = await (await fetch(name)).json();
createRoot(document.getElementById("app")).render(<Page graph={graph} />);
