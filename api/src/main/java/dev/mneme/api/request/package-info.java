/// What requests in the public JSON ask of the core: the rules that no record of `wire` says by itself. Every door that
/// takes those records reads them here.
@NullMarked
package dev.mneme.api.request;

import org.jspecify.annotations.NullMarked;
