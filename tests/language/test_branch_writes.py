"""Branches in loops that write elements which the loop also reads."""

from __future__ import annotations

import numpy as np
from language.checking import Programs

programs = Programs()
