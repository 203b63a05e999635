/// A Mneme server over HTTP, for programs: requests that may be repeated, answers, streams, and JSON to read them with.
/// It needs only the JDK and a JSON parser.
@NullMarked
package dev.mneme.client;

import org.jspecify.annotations.NullMarked;
