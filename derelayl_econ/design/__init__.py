"""Which knob, how far: designers' problems as convex programs (theory notes, section 7).

Every answer carries dual prices in words, a rational certificate and, where nothing works, the
conditions that conflict. A problem is put together from :mod:`terms` and :mod:`limits`, solved by
:mod:`program`; there is one module per question.
"""
