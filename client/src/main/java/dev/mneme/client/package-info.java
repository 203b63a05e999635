/// A Mneme server over HTTP, for programs: requests that may be repeated, answers, streams, and JSON to read them with.
/// It
/// stands on the JDK and a JSON parser alone.
@NullMarked
package dev.mneme.client;

import org.jspecify.annotations.NullMarked;
