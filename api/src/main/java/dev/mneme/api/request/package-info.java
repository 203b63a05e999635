/// Translates requests in the public JSON for the core. Here are the rules that no record of `wire` expresses by
/// itself. Every door that takes those records reads them here.
@NullMarked
package dev.mneme.api.request;

import org.jspecify.annotations.NullMarked;
