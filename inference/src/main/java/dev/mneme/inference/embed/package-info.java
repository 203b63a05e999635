/// Embedders: the built-in model, run in process, and remote ones over HTTP.
@NullMarked
package dev.mneme.inference.embed;

import org.jspecify.annotations.NullMarked;
