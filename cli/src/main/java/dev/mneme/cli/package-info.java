/// The command line, a thin client of the REST API with one class for each command. It knows the JSON contract and
/// nothing of the server's insides. It starts in a fraction of a second, so it reads JSON by streaming and speaks HTTP
/// through `HttpURLConnection`.
@NullMarked
package dev.mneme.cli;

import org.jspecify.annotations.NullMarked;
