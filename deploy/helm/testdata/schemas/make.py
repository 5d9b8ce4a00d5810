"""Writes the schemas that kubeconform judges the chart by, from what Kubernetes and the
Prometheus operator publish: make.py SWAGGER_JSON FOLDER_OF_CRDS. Only the kinds the chart has;
descriptions are left out, and a field that is not known is refused."""
import json, os, sys
import yaml

KINDS = {"ConfigMap", "CronJob", "Ingress", "Job", "Namespace", "NetworkPolicy", "PersistentVolumeClaim", "Pod",
         "PodDisruptionBudget", "Service", "ServiceAccount", "StatefulSet"}
TEXT_OR_NUMBER = {"oneOf": [{"type": "string"}, {"type": "number"}]}
here = os.path.dirname(os.path.abspath(__file__))


def strict(node):
    if isinstance(node, list):
        return [strict(n) for n in node]
    if not isinstance(node, dict):
        return node
    if node.get("x-kubernetes-int-or-string"):
        return TEXT_OR_NUMBER
    out = {}
    for key, value in node.items():
        if key == "$ref":
            out[key] = value.replace("#/definitions/", "_definitions.json#/")
        elif key == "properties":
            out[key] = {name: strict(v) for name, v in value.items()}
        elif not (key == "description" and isinstance(value, str)) and not key.startswith("x-"):
            out[key] = strict(value)
    if "properties" in node and not node.get("x-kubernetes-preserve-unknown-fields"):
        out["additionalProperties"] = False
    return out


def write(name, value):
    with open(os.path.join(here, name), "w") as f:
        json.dump(value, f, indent=1, sort_keys=True)
        f.write("\n")


def named(text, found=None):
    found = set() if found is None else found
    for part in json.dumps(text).split('"_definitions.json#/')[1:]:
        name = part.split('"')[0]
        if name not in found:
            found.add(name)
            named(definitions[name], found)
    return found


swagger, crds = sys.argv[1:]
source = json.load(open(swagger))["definitions"]
definitions = {name: strict(d) for name, d in source.items()}
for name in definitions:
    if name.endswith((".IntOrString", ".Quantity")):
        definitions[name] = TEXT_OR_NUMBER
needed = set()
for name, d in source.items():
    for gvk in d.get("x-kubernetes-group-version-kind", []):
        if gvk["kind"] not in KINDS or gvk["version"] != "v1":
            continue
        schema = json.loads(json.dumps(definitions[name]))
        if "metadata" not in schema.get("properties", {}):
            continue
        schema["properties"]["kind"] = {"enum": [gvk["kind"]]}
        schema["properties"]["apiVersion"] = {"enum": [f"{gvk['group']}/v1".lstrip("/")]}
        schema["required"] = sorted({"kind", "apiVersion", *schema.get("required", [])})
        needed |= named(schema)
        group = "-" + gvk["group"].split(".")[0] if gvk["group"] else ""
        write(f"{gvk['kind'].lower()}{group}-v1.json", schema)
write("_definitions.json", {name: definitions[name] for name in sorted(needed)})
for plural in ("servicemonitors", "podmonitors", "prometheusrules"):
    crd = yaml.safe_load(open(os.path.join(crds, f"monitoring.coreos.com_{plural}.yaml")))
    write(f"{crd['spec']['names']['kind'].lower()}-monitoring-v1.json", strict(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]))
