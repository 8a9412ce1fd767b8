"""What others read in our files, as JSON: read.py ACTION SCHEMA... JUNIT OTLP"""

import base64
import json
import sys

action, *schemas, junit, otlp = sys.argv[1:]
sys.path.insert(0, f"{action}/python")

from google.protobuf import json_format
from lxml import etree
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from publish.junit import parse_junit_xml_files, process_junit_xml_elems
from publish.unittestresults import get_stats, get_test_results

document = etree.parse(junit)
refused = []
for path in schemas:
    schema = etree.XMLSchema(etree.parse(path))
    if not schema.validate(document):
        refused.append(f"{path}: {schema.error_log}")

parsed = process_junit_xml_elems(parse_junit_xml_files([junit], False, False))
stats = get_stats(get_test_results(parsed.with_commit("0"), False))


def with_base64(value):
    """Ids are hexadecimal in OTLP, and base64 in every other JSON of protobuf."""
    if isinstance(value, list):
        return [with_base64(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64encode(bytes.fromhex(each)).decode() if key in ("traceId", "spanId", "parentSpanId") else with_base64(each)
        for key, each in value.items()
    }


with open(otlp) as file:
    # A key that the protocol does not have is an error.
    traces = json_format.ParseDict(with_base64(json.load(file)), TracesData())
spans = [span for r in traces.resource_spans for s in r.scope_spans for span in s.spans]
ids = {(span.trace_id, span.span_id) for span in spans}

json.dump(
    {
        "refused": refused,
        "unreadable": [str(error) for error in parsed.errors],
        "tests": stats.tests,
        "failures": stats.tests_fail,
        "errors": stats.tests_error,
        "skipped": stats.tests_skip,
        "spans": len(spans),
        "ids": len(ids),
        "orphans": sum(1 for s in spans if s.parent_span_id and (s.trace_id, s.parent_span_id) not in ids),
    },
    sys.stdout,
)
