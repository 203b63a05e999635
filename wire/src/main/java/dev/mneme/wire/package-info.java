/// The public JSON contract: everything that the doors read and write, field by field.
///
/// Component names are the JSON names. Times are ISO-8601 UTC with milliseconds; positions are in their printed form.
/// Records that a caller sends end in `Request`; the others are answers. The server's OpenAPI document and its strict
/// reader are both derived from these records and from their `wire.schema` annotations, so that neither can drift.
@NullMarked
package dev.mneme.wire;

import org.jspecify.annotations.NullMarked;
