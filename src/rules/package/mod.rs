//! What the packager wrote, and what stands in texts: CCF122 and on.

use super::family;

family![];
