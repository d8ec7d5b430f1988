class Point:
    x: float
    y: float

class Moveto:
    p: Point

class Lineto:
    p: Point

class Quad:
    p1: Point
    p2: Point

class Cubic:
    p1: Point
    p2: Point
    p3: Point
