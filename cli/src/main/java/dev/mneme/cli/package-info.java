/// The command line: a thin client of the REST API. One class a command; it knows the JSON contract and nothing of the
/// server's insides. It starts in a fraction of a second, so it reads JSON by streaming and speaks HTTP through
/// `HttpURLConnection`.
@NullMarked
package dev.mneme.cli;

import org.jspecify.annotations.NullMarked;
