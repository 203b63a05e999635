/// What records say about their components beyond the Java types. The strict reader of requests enforces it, and the
/// OpenAPI document and the page of documentation show it.
@NullMarked
package dev.mneme.wire.schema;

import org.jspecify.annotations.NullMarked;
